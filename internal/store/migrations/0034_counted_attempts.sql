-- Attempts that were refused, and of which only the first of an hour is an event: how many there were since. A row lasts
-- until its hour has passed and its number is in the log.

-- +goose Up
create table attempts (
    person_id      ppi_id not null references people,
    -- The type of the event of the first one, and what it was about.
    type           text collate "C" not null check (type ~ '^[a-z_]+\.[a-z_]+$'),
    subject        text collate "C" not null check (length(subject) between 1 and 200),
    hour           timestamptz not null,
    event_id       ppi_id not null,
    procurement_id ppi_id not null references procurements,
    lot_id         ppi_id references lots,
    n              bigint not null default 1 check (n > 0),
    -- The last one, in procedure time.
    last_at        timestamptz not null,
    primary key (person_id, type, subject, hour)
);
create index attempts_hour on attempts (hour);

-- +goose Down
-- +goose StatementBegin
do $$
begin
    if exists (select from attempts where n > 1) then
        raise exception 'attempts are still to be counted in the log: let the clean-up run an hour after the last';
    end if;
end $$;
-- +goose StatementEnd
drop table attempts;
