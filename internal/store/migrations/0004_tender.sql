-- +goose Up
create table lots (
    id             ppi_id primary key check (id like 'lot\_%'),
    procurement_id ppi_id not null references procurements,
    number         int not null check (number between 1 and 1000),
    title          jsonb not null,
    description    jsonb not null default '{}',
    deadline       timestamptz,
    deadline_local text not null default '',
    deadline_zone  text not null default '',
    opened_at      timestamptz,
    closed_at      timestamptz,
    ended_at       timestamptz,
    end_reason     text not null default '',
    version        bigint not null default 1 check (version > 0),
    created_at     timestamptz not null default clock_timestamp(),
    unique (procurement_id, number),
    check (opened_at is null or deadline is not null),
    check (closed_at is null or opened_at is not null),
    check ((ended_at is null) = (end_reason = ''))
);

-- +goose Down
drop table lots;
