-- What the relay counts for an endpoint stands in a row of its own: the relay does not wait for whoever changes the
-- endpoint.

-- +goose Up
create table unsent_events (
    endpoint_id ppi_id primary key references endpoints,
    events      bigint not null check (events > 0),
    last_at     timestamptz not null
);
insert into unsent_events (endpoint_id, events, last_at)
    select id, unsent, coalesce(unsent_at, created_at) from endpoints where unsent > 0;
alter table endpoints drop column unsent_at, drop column unsent;

-- +goose Down
alter table endpoints
    add column unsent    bigint not null default 0 check (unsent >= 0),
    add column unsent_at timestamptz;
update endpoints e set unsent = u.events, unsent_at = u.last_at from unsent_events u where u.endpoint_id = e.id;
drop table unsent_events;
