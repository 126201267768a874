-- +goose Up
create table commands (
    id             text collate "C" primary key check (id ~ '^[0-9a-f]{64}$'),
    procurement_id ppi_id not null references procurements,
    actor_id       ppi_id not null references people,
    verb           text not null,
    fingerprint    bytea not null check (octet_length(fingerprint) = 32),
    if_match       bigint,
    payload        jsonb not null,
    status         text not null default 'pending' check (status in ('pending', 'done', 'refused', 'failed', 'expired')),
    created_at     timestamptz not null default clock_timestamp(),
    done_at        timestamptz,
    result         jsonb,
    refusal        jsonb,
    fault_id       text not null default '',
    -- How many steps of a command that has several were carried out, and the procurement's version after it.
    steps          int not null default 0,
    version        bigint not null default 0,
    check ((status = 'pending') = (done_at is null)),
    check ((status = 'refused') = (refusal is not null))
);
create index commands_pending on commands (created_at) where status = 'pending';
create index commands_procurement on commands (procurement_id, created_at);

create table phase_rounds (
    procurement_id ppi_id not null references procurements,
    phase          text not null check (phase in ('needs', 'consultation', 'engagement', 'capacity', 'specification', 'tender')),
    round          int not null check (round > 0),
    status         text not null check (status in ('open', 'closed', 'superseded')),
    opened_at      timestamptz not null,
    closed_at      timestamptz,
    primary key (procurement_id, phase, round),
    check ((status = 'open') = (closed_at is null))
);
create unique index phase_rounds_open on phase_rounds (procurement_id, phase) where status = 'open';

create table votes (
    id              ppi_id primary key check (id like 'vot\_%'),
    procurement_id  ppi_id not null references procurements,
    subject         text not null,
    round           int not null,
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    organisation_id ppi_id not null references organisations,
    person_id       ppi_id not null references people,
    choice          text not null check (choice in ('approve', 'reject', 'abstain')),
    reason          text not null default '',
    cast_at         timestamptz not null,
    -- Real time at which the vote's command was written down: of two votes the one asked for later stands.
    asked_at        timestamptz not null,
    voided_at       timestamptz
);
create unique index votes_standing on votes (procurement_id, subject, round, organisation_id) where voided_at is null;
create index votes_subject on votes (procurement_id, subject, round);

create table tasks (
    id             ppi_id primary key check (id like 'tsk\_%'),
    procurement_id ppi_id not null references procurements,
    kind           text not null,
    subject_id     text not null,
    detail         jsonb not null default '{}',
    raised_at      timestamptz not null,
    done_at        timestamptz
);
create unique index tasks_open on tasks (procurement_id, kind, subject_id) where done_at is null;

-- The dossier: what the buyers wrote, with every version of it.
create table entries (
    id              ppi_id primary key check (id like 'ent\_%'),
    procurement_id  ppi_id not null references procurements,
    kind            text not null,
    phase           text not null check (phase in ('needs', 'consultation', 'engagement', 'capacity', 'specification', 'tender')),
    round           int not null check (round >= 0),
    organisation_id ppi_id references organisations,
    version         bigint not null check (version > 0),
    author_id       ppi_id not null references people,
    body            jsonb not null check (jsonb_typeof(body) = 'object'),
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    written_at      timestamptz not null,
    withdrawn_at    timestamptz,
    -- Of a single kind one entry stands at a time: for each buyer, or for the consortium.
    single          boolean not null
);
create unique index entries_single on entries (procurement_id, kind, coalesce(organisation_id::text, ''))
    where single and withdrawn_at is null;
create index entries_procurement on entries (procurement_id, kind, id);

create table entry_versions (
    entry_id     ppi_id not null references entries,
    version      bigint not null check (version > 0),
    author_id    ppi_id not null references people,
    body         jsonb not null,
    digest       text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    written_at   timestamptz not null,
    withdrawn_at timestamptz,
    primary key (entry_id, version)
);

call make_append_only('entry_versions');

-- A decision of the board that is not a gate's: to suspend, resume, return, cancel.
create table motions (
    id             ppi_id primary key check (id like 'mot\_%'),
    procurement_id ppi_id not null references procurements,
    verb           text not null check (verb in ('suspend', 'resume', 'return', 'cancel')),
    payload        jsonb not null,
    digest         text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    mover_id       ppi_id not null references people,
    status         text not null check (status in ('open', 'carried', 'rejected', 'lapsed')),
    moved_at       timestamptz not null,
    decided_at     timestamptz,
    check ((status = 'open') = (decided_at is null))
);
create unique index motions_open on motions (procurement_id, verb) where status = 'open';

-- +goose Down
drop table motions, entry_versions, entries, tasks, votes, phase_rounds, commands;
