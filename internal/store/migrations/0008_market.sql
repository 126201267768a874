-- What is told to the market before the procedure, and what it answers.

-- +goose Up

-- An entry in the version that everyone was told. What it told about is in basis, by digest.
create table releases (
    entry_id       ppi_id primary key references entries,
    procurement_id ppi_id not null references procurements,
    kind           text not null,
    digest         text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    released_at    timestamptz not null,
    person_id      ppi_id not null references people,
    basis          jsonb not null check (jsonb_typeof(basis) = 'array')
);
create index releases_procurement on releases (procurement_id, released_at, entry_id);
call make_append_only('releases');

create table consultations (
    announcement_id  ppi_id primary key references releases,
    procurement_id   ppi_id not null references procurements,
    questionnaire_id ppi_id not null references releases,
    announced_at     timestamptz not null,
    opens_at         timestamptz not null,
    closes_at        timestamptz not null,
    closes_local     text not null,
    closes_zone      text not null,
    closed_at        timestamptz,
    check (announced_at <= opens_at and opens_at < closes_at)
);
create unique index consultations_open on consultations (procurement_id) where closed_at is null;
create index consultations_procurement on consultations (procurement_id, announced_at);

-- What was announced stays; an extension moves the closing to a later instant, until it has closed.
-- +goose StatementBegin
create function keep_consultation() returns trigger language plpgsql as $$
declare
    kept consultations := old;
begin
    kept.closes_at := new.closes_at;
    kept.closes_local := new.closes_local;
    kept.closes_zone := new.closes_zone;
    kept.closed_at := new.closed_at;
    if tg_op = 'DELETE' or kept is distinct from new or old.closed_at is not null or new.closes_at < old.closes_at then
        raise exception 'the consultation % stays as announced', old.announcement_id
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'consultations_kept';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger kept before update or delete on consultations for each row execute function keep_consultation();

create table consultation_responses (
    id              ppi_id primary key check (id like 'rsp\_%'),
    procurement_id  ppi_id not null references procurements,
    announcement_id ppi_id not null references consultations,
    organisation_id ppi_id not null references organisations,
    person_id       ppi_id not null references people,
    received_at     timestamptz not null,
    recorded_at     timestamptz not null,
    content         jsonb not null check (jsonb_typeof(content) = 'object'),
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$')
);
create index consultation_responses_procurement on consultation_responses (procurement_id, id);
create index consultation_responses_operator on consultation_responses (announcement_id, organisation_id, id);
call make_append_only('consultation_responses');

-- When an open task was last brought to mind again.
alter table tasks add column reminded_at timestamptz;
create index tasks_procurement on tasks (procurement_id, (done_at is not null), id);

-- +goose Down
drop index tasks_procurement;
alter table tasks drop column reminded_at;
drop table consultation_responses, consultations, releases;
drop function keep_consultation;
