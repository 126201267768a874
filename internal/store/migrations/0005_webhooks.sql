-- The feed by position, webhook endpoints, and what is on its way to them.

-- +goose Up

-- A reader of the feed takes the events of its procurements in the order of the whole log.
create index event_log_feed on event_log (procurement_id, position);
-- Until these boxes are closed nothing is shown that tells what is in them.
create index lots_open on lots (procurement_id) where opened_at is not null and closed_at is null and ended_at is null;

create table endpoints (
    id              ppi_id primary key check (id like 'whe\_%'),
    organisation_id ppi_id not null references organisations,
    owner_id        ppi_id not null references people,
    url             text not null check (length(url) between 1 and 2000),
    description     text not null default '' check (length(description) <= 400),
    types           jsonb not null check (jsonb_typeof(types) = 'array'),
    procurements    jsonb not null check (jsonb_typeof(procurements) = 'array'),
    rehearsals      boolean not null,
    -- Encrypted; gone once the endpoint is removed.
    secret          bytea,
    former_secret   bytea,
    former_until    timestamptz,
    status          text not null check (status in ('active', 'paused', 'disabled', 'removed')),
    since           bigint not null check (since >= 0),
    version         bigint not null check (version > 0),
    created_at      timestamptz not null,
    ended_at        timestamptz,
    check ((former_secret is null) = (former_until is null)),
    check ((status in ('disabled', 'removed')) = (ended_at is not null)),
    check ((status = 'removed') = (secret is null))
);
create index endpoints_owner on endpoints (owner_id, id);
create index endpoints_organisation on endpoints (organisation_id, id);
create index endpoints_served on endpoints (id) where status in ('active', 'paused');

-- How the events of one procurement come through to one endpoint. The workflow that delivers them is to be
-- woken while told < asked: asked counts the reasons to wake it, told those it was woken for.
create table portal_feeds (
    endpoint_id    ppi_id not null references endpoints,
    procurement_id ppi_id not null references procurements,
    state          text not null default 'active' check (state in ('active', 'retrying', 'parked')),
    reason         text not null default '',
    -- Attempts that failed since the last success or since a person went on.
    failures       int not null default 0 check (failures >= 0),
    retry_at       timestamptz,
    asked          bigint not null default 1,
    told           bigint not null default 0,
    moved_at       timestamptz not null default clock_timestamp(),
    primary key (endpoint_id, procurement_id),
    check ((state = 'retrying') = (retry_at is not null))
);
create index portal_feeds_untold on portal_feeds (endpoint_id) where told < asked and state = 'active';
create index portal_feeds_quiet on portal_feeds (moved_at) where state <> 'parked';

create table deliveries (
    endpoint_id    ppi_id not null references endpoints,
    event_id       ppi_id not null references events,
    procurement_id ppi_id not null,
    seq            bigint not null,
    type           text collate "C" not null,
    queued_at      timestamptz not null default clock_timestamp(),
    delivered_at   timestamptz,
    primary key (endpoint_id, event_id),
    foreign key (endpoint_id, procurement_id) references portal_feeds
);
create index deliveries_pending on deliveries (endpoint_id, procurement_id, seq) where delivered_at is null;
create index deliveries_done on deliveries (delivered_at) where delivered_at is not null;

create table delivery_attempts (
    endpoint_id ppi_id not null,
    event_id    ppi_id not null,
    n           int not null check (n > 0),
    started_at  timestamptz not null,
    latency     bigint not null check (latency >= 0),
    status      smallint not null,
    fault       text not null,
    answer      text not null check (length(answer) <= 1024),
    primary key (endpoint_id, event_id, n),
    foreign key (endpoint_id, event_id) references deliveries on delete cascade
);

-- Up to which position of the log events were given to the endpoints that want them.
create table webhook_relay (
    only_row boolean primary key default true check (only_row),
    position bigint not null
);
insert into webhook_relay (position) select coalesce(max(position), 0) from event_log;

-- +goose Down
drop table webhook_relay, delivery_attempts, deliveries, portal_feeds, endpoints;
drop index lots_open, event_log_feed;
