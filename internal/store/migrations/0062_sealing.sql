-- No key opens a box: its envelopes are sealed for a set of openers, of whom some release all of them together
-- (docs/sealing.md).

-- +goose Up
-- +goose StatementBegin
do $$
begin
    if exists (select from boxes b join lots l on l.id = b.lot_id left join lot_awards a on a.lot_id = l.id
            where l.ended_at is null and a.awarded_at is null) then
        raise exception 'there are lots that were published with an opening key: award or end them with the release before';
    end if;
end $$;
-- +goose StatementEnd

-- Who opens: a version of the entry that says so, and its fingerprint, which suppliers compare before they seal.
alter table boxes add column opener_set ppi_id, add column opener_set_version bigint,
    add column fingerprint text collate "C" not null default '',
    add foreign key (opener_set, opener_set_version) references entry_versions,
    add check ((opener_set is null) = (opener_set_version is null)), add check ((opener_set is null) = (fingerprint = ''));

-- What the header of an envelope says, as it was checked when the upload was completed: the box and the kind, and the
-- SHA-256 of the header, by which releases call the envelope. The header itself is kept with them, so that opening a box
-- reads no bytes of its envelopes.
alter table uploads add column box_id ppi_id references boxes, add column kind text,
    add column header text collate "C" check (header ~ '^[0-9a-f]{64}$'), add column header_line text collate "C",
    add check ((box_id is null) = (header is null) and (kind is null) = (header is null));

-- +goose StatementBegin
create or replace function keep_complete_upload() returns trigger language plpgsql as $$
declare
    changed uploads := new;
begin
    changed.completed_at := null;
    changed.box_id := null;
    changed.kind := null;
    changed.header := null;
    changed.header_line := null;
    if old.completed_at is not null or changed is distinct from old then
        raise exception 'upload % is kept as announced', old.id
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'uploads_kept';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- What an opener did for the opening of all envelopes of a kind in a box: canonical JSON, as the opener's program made it.
create table box_releases (
    box_id          ppi_id not null references boxes,
    kind            text not null,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    content         text not null,
    released_at     timestamptz not null,
    primary key (box_id, kind, person_id)
);
call make_append_only('box_releases');

-- Shares that an opener gave to a colleague of the same buyer, in the order in which that happened.
create table box_handovers (
    id              bigint generated always as identity primary key,
    box_id          ppi_id not null references boxes,
    kind            text not null,
    person_id       ppi_id not null references people,
    to_person_id    ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    content         text not null,
    handed_at       timestamptz not null
);
create index box_handovers_box on box_handovers (box_id, kind, id);
call make_append_only('box_handovers');

-- What is to be read, by any worker: envelopes that enough openers have released.
create table unread_boxes (
    box_id        ppi_id not null references boxes,
    kind          text not null,
    claimed_until timestamptz not null default '-infinity',
    primary key (box_id, kind)
);
create index unread_boxes_claim on unread_boxes (claimed_until);

-- What was found in an envelope is recorded by nobody: the engine found it, by the releases.
alter table openings alter column person_id drop not null, alter column organisation_id drop not null;
create unique index openings_found on openings (tender_id, n) where person_id is null;

-- Test envelopes, by which openers show before a publication that they can open what is sealed for the set.
create table opener_tests (
    id             ppi_id primary key check (id like 'box\_%'),
    procurement_id ppi_id not null references procurements,
    fingerprint    text collate "C" not null,
    organisation_id ppi_id not null references organisations,
    header         text not null,
    -- Made by the engine, because a deadline comes near.
    due            boolean not null default false,
    made_at        timestamptz not null
);
create index opener_tests_procurement on opener_tests (procurement_id, made_at);
call make_append_only('opener_tests');
create table opener_test_releases (
    test_id     ppi_id not null references opener_tests,
    person_id   ppi_id not null references people,
    digest      text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    content     text not null,
    released_at timestamptz not null,
    primary key (test_id, person_id)
);
call make_append_only('opener_test_releases');

-- +goose Down
-- +goose StatementBegin
do $$
begin
    if exists (select from boxes where opener_set is not null) then
        raise exception 'boxes that are sealed for a set of openers have no place in the schema before';
    end if;
end $$;
-- +goose StatementEnd
drop table opener_test_releases, opener_tests, unread_boxes, box_handovers, box_releases;
drop index openings_found;
alter table openings alter column person_id set not null, alter column organisation_id set not null;
-- +goose StatementBegin
create or replace function keep_complete_upload() returns trigger language plpgsql as $$
declare
    changed uploads := new;
begin
    changed.completed_at := null;
    if old.completed_at is not null or changed is distinct from old then
        raise exception 'upload % is kept as announced', old.id
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'uploads_kept';
    end if;
    return new;
end $$;
-- +goose StatementEnd
alter table uploads drop column box_id, drop column kind, drop column header, drop column header_line;
alter table boxes drop column opener_set, drop column opener_set_version, drop column fingerprint;
