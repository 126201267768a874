-- +goose Up
create table organisations (
    id                    ppi_id primary key check (id like 'org\_%'),
    legal_name            text not null check (length(legal_name) between 1 and 400),
    country               char(2) not null check (country ~ '^[A-Z]{2}$'),
    kind                  text not null check (kind in ('contracting_authority', 'economic_operator', 'other')),
    sme                   boolean,
    less_developed_region boolean,
    version               bigint not null default 1 check (version > 0),
    created_at            timestamptz not null default clock_timestamp()
);

create table people (
    id              ppi_id primary key check (id like 'per\_%'),
    organisation_id ppi_id not null references organisations,
    name            text not null check (length(name) between 1 and 200),
    email           text not null check (length(email) <= 320),
    administrator   boolean not null default false,
    version         bigint not null default 1 check (version > 0),
    created_at      timestamptz not null default clock_timestamp()
);
create unique index people_email on people (lower(email)) where email <> '';
create index people_organisation on people (organisation_id, id);

create table api_keys (
    id         ppi_id primary key check (id like 'key\_%'),
    person_id  ppi_id not null references people,
    label      text not null check (length(label) <= 200),
    digest     bytea not null unique check (octet_length(digest) = 32),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
create index api_keys_person on api_keys (person_id, id);

-- What a content request with an Idempotency-Key answered, written by the same transaction.
create table requests (
    id          text collate "C" primary key check (id ~ '^[0-9a-f]{64}$'),
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    status      smallint not null check (status between 200 and 599),
    etag        text not null default '',
    body        jsonb,
    created_at  timestamptz not null default clock_timestamp()
);
create index requests_age on requests (created_at);

create table procurements (
    id           ppi_id primary key check (id like 'prc\_%'),
    title        jsonb not null,
    description  jsonb not null,
    languages    jsonb not null check (jsonb_typeof(languages) = 'array' and jsonb_array_length(languages) > 0),
    mode         text not null check (mode in ('live', 'rehearsal')),
    clock_offset bigint not null default 0 check (abs(clock_offset) < 200::bigint * 31557600 * 1000000),
    profile      text not null default '',
    zone         text not null,
    status       text not null check (status in ('draft', 'running', 'suspended', 'cancelled', 'completed')),
    version      bigint not null default 1 check (version > 0),
    end_reason   text not null default '',
    created_by   ppi_id not null references people,
    created_at   timestamptz not null default clock_timestamp(),
    started_at   timestamptz,
    ended_at     timestamptz,
    check (mode = 'rehearsal' or clock_offset = 0),
    check ((status = 'draft') = (started_at is null)),
    check ((status in ('cancelled', 'completed')) = (ended_at is not null))
);

create table consortium_members (
    procurement_id  ppi_id not null references procurements,
    organisation_id ppi_id not null references organisations,
    lead            boolean not null default false,
    budget_share    numeric(9, 6) check (budget_share > 0 and budget_share <= 100),
    joined_at       timestamptz not null,
    left_at         timestamptz,
    primary key (procurement_id, organisation_id)
);
create unique index consortium_members_one_lead on consortium_members (procurement_id) where lead and left_at is null;

create table role_assignments (
    id              ppi_id primary key check (id like 'rol\_%'),
    procurement_id  ppi_id not null references procurements,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    role            text not null check (role in ('lead_procurer', 'buyer', 'board', 'drafter', 'opener', 'evaluator',
                                                  'chair', 'awarder', 'legal', 'observer', 'supplier')),
    valid_from      timestamptz not null,
    valid_until     timestamptz check (valid_until >= valid_from),
    created_at      timestamptz not null default clock_timestamp()
);
create index role_assignments_person on role_assignments (person_id, procurement_id);
create index role_assignments_procurement on role_assignments (procurement_id, id);
create unique index role_assignments_open on role_assignments (procurement_id, person_id, role) where valid_until is null;

alter table events add constraint events_procurement foreign key (procurement_id) references procurements;

-- +goose Down
alter table events drop constraint events_procurement;
drop table role_assignments, consortium_members, procurements, requests, api_keys, people, organisations;
