-- What happens to a lot after its box was closed: opening, scores, decision, letters, standstill; and notices.

-- +goose Up

-- What an entry is about, such as a lot: of a single kind one entry stands for each.
alter table entries add column subject text not null default '';
drop index entries_single;
create unique index entries_single on entries (procurement_id, kind, coalesce(organisation_id::text, ''), subject)
    where single and withdrawn_at is null;

-- Motions to award are open side by side, one for each lot.
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check check (verb in ('suspend', 'resume', 'return', 'cancel', 'award'));
drop index motions_open;
create unique index motions_open on motions (procurement_id, verb, coalesce(payload ->> 'lot', '')) where status = 'open';

create table lot_stages (
    lot_id             ppi_id primary key references lots,
    unsealed_at        timestamptz not null,
    quality_locked_at  timestamptz,
    awarded_at         timestamptz,
    winner_id          ppi_id references tenders,
    -- Digest of the ranking that the decision rests on.
    ranking            text collate "C" not null default '' check (ranking ~ '^([0-9a-f]{64})?$'),
    letters_at         timestamptz,
    standstill_until   timestamptz,
    standstill         text not null default '',
    standstill_over_at timestamptz,
    check ((awarded_at is null) = (winner_id is null)),
    check ((awarded_at is null) = (ranking = '')),
    check (awarded_at is null or quality_locked_at is not null),
    check (letters_at is null or awarded_at is not null),
    check ((letters_at is null) = (standstill_until is null)),
    check (standstill_over_at is null or standstill_until is not null)
);

-- Who took part in opening the envelopes of a lot, and for which buyer.
create table lot_openers (
    lot_id          ppi_id not null references lots,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    opened_at       timestamptz not null,
    primary key (lot_id, person_id)
);
call make_append_only('lot_openers');

-- What an opener found in an envelope. The last of each opener counts; openers of two buyers must agree.
create table openings (
    id               bigint generated always as identity primary key,
    tender_id        ppi_id not null,
    n                smallint not null,
    person_id        ppi_id not null references people,
    organisation_id  ppi_id not null references organisations,
    readable         boolean not null,
    plaintext_digest text collate "C" not null default '',
    size             bigint not null default 0 check (size >= 0),
    upload_id        ppi_id references uploads,
    price            jsonb,
    recorded_at      timestamptz not null,
    foreign key (tender_id, n) references tender_envelopes,
    check (plaintext_digest ~ case when readable then '^[0-9a-f]{64}$' else '^$' end),
    check (readable or (price is null and upload_id is null))
);
create index openings_tender on openings (tender_id, n, id);
create index openings_upload on openings (upload_id);
call make_append_only('openings');

-- An evaluator's own scores of a tender, in private until all of the evaluator's are in.
create table score_sheets (
    tender_id  ppi_id not null references tenders,
    person_id  ppi_id not null references people,
    version    int not null check (version > 0),
    scores     jsonb not null check (jsonb_typeof(scores) = 'array'),
    written_at timestamptz not null,
    primary key (tender_id, person_id, version)
);
call make_append_only('score_sheets');

-- What each tenderer is told of the decision. content is canonical JSON (RFC 8785), kept as it was.
create table letters (
    tender_id  ppi_id primary key references tenders,
    lot_id     ppi_id not null references lots,
    content    json not null,
    digest     text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    electronic boolean not null,
    sent_at    timestamptz not null,
    person_id  ppi_id not null references people
);
create index letters_lot on letters (lot_id);
call make_append_only('letters');

create table notices (
    id             ppi_id primary key check (id like 'ntc\_%'),
    procurement_id ppi_id not null references procurements,
    kind           text not null check (kind in ('contract', 'award')),
    content        json not null,
    digest         text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    dispatched_at  timestamptz not null,
    person_id      ppi_id not null references people
);
create index notices_procurement on notices (procurement_id, id);
call make_append_only('notices');

-- +goose Down
drop table notices, letters, score_sheets, openings, lot_openers, lot_stages;
drop index motions_open;
create unique index motions_open on motions (procurement_id, verb) where status = 'open';
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check check (verb in ('suspend', 'resume', 'return', 'cancel'));
drop index entries_single;
alter table entries drop column subject;
create unique index entries_single on entries (procurement_id, kind, coalesce(organisation_id::text, ''))
    where single and withdrawn_at is null;
