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
    check ((opened_at is null) = (deadline is null)),
    check ((deadline_local = '') = (deadline_zone = '')),
    check (closed_at is null or opened_at is not null),
    check ((ended_at is null) = (end_reason = ''))
);

-- Bytes on their way in, and, once complete, for good.
create table uploads (
    id              ppi_id primary key check (id like 'upl\_%'),
    procurement_id  ppi_id not null references procurements,
    organisation_id ppi_id not null references organisations,
    person_id       ppi_id not null references people,
    purpose         text not null check (purpose in ('document', 'envelope')),
    filename        text not null check (length(filename) between 1 and 255),
    media_type      text not null,
    size            bigint not null check (size > 0),
    digest          text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    created_at      timestamptz not null default clock_timestamp(),
    completed_at    timestamptz
);
create index uploads_open on uploads (person_id) where completed_at is null;
create index uploads_age on uploads (created_at);

create table upload_chunks (
    upload_id ppi_id not null references uploads on delete cascade,
    n         int not null check (n >= 0),
    content   bytea not null check (octet_length(content) between 1 and 1048576),
    primary key (upload_id, n)
);
-- What arrives is compressed or sealed already.
alter table upload_chunks alter column content set storage external;

-- +goose StatementBegin
create function keep_complete_upload() returns trigger language plpgsql as $$
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
create trigger kept before update on uploads for each row execute function keep_complete_upload();

-- +goose StatementBegin
create function keep_complete_chunks() returns trigger language plpgsql as $$
declare
    upload ppi_id := case when tg_op = 'DELETE' then old.upload_id else new.upload_id end;
begin
    -- Nothing is found when the upload itself is being removed, which what refers to it prevents.
    if exists (select from uploads where id = upload and completed_at is not null) then
        raise exception 'upload % is complete: % refused', upload, tg_op
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'uploads_kept';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
-- +goose StatementEnd
create trigger kept before insert or update or delete on upload_chunks for each row execute function keep_complete_chunks();

-- Buyers' documents in their latest version; document_versions has them all.
create table documents (
    id             ppi_id primary key check (id like 'doc\_%'),
    procurement_id ppi_id not null references procurements,
    version        bigint not null check (version > 0),
    title          jsonb not null,
    audience       text not null check (audience in ('buyers', 'tenderers')),
    upload_id      ppi_id not null references uploads,
    author_id      ppi_id not null references people,
    written_at     timestamptz not null
);
create index documents_procurement on documents (procurement_id, id);
create index documents_upload on documents (upload_id);

create table document_versions (
    document_id ppi_id not null references documents,
    version     bigint not null check (version > 0),
    title       jsonb not null,
    audience    text not null check (audience in ('buyers', 'tenderers')),
    upload_id   ppi_id not null references uploads,
    author_id   ppi_id not null references people,
    written_at  timestamptz not null,
    primary key (document_id, version)
);
create index document_versions_upload on document_versions (upload_id);
call make_append_only('document_versions');

-- What a supplier handed in for a lot: kept as received. Replacing or withdrawing it only ends it.
create table tenders (
    id              ppi_id primary key check (id like 'tnd\_%'),
    lot_id          ppi_id not null references lots,
    organisation_id ppi_id not null references organisations,
    person_id       ppi_id not null references people,
    supersedes_id   ppi_id references tenders,
    manifest        text collate "C" not null check (manifest ~ '^[0-9a-f]{64}$'),
    -- Procedure time and the database's own, both read under the lock of the box.
    received_at     timestamptz not null,
    recorded_at     timestamptz not null,
    receipt         text not null,
    ended_at        timestamptz,
    ended_by        text not null default '' check (ended_by in ('', 'replaced', 'withdrawn')),
    withdrawal      text not null default '',
    check ((ended_at is null) = (ended_by = '')),
    check ((ended_by = 'withdrawn') = (withdrawal <> ''))
);
create unique index tenders_standing on tenders (lot_id, organisation_id) where ended_at is null;
create index tenders_lot on tenders (lot_id, id);
create index tenders_organisation on tenders (organisation_id, id);

-- +goose StatementBegin
create function keep_tender() returns trigger language plpgsql as $$
declare
    changed tenders := new;
begin
    if tg_op = 'UPDATE' then
        changed.ended_at := null;
        changed.ended_by := '';
        changed.withdrawal := '';
        if old.ended_at is null and new.ended_at is not null and changed is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'tender % is kept as received: % refused', old.id, tg_op
        using errcode = 'restrict_violation', table = tg_table_name, constraint = 'tenders_kept';
end $$;
-- +goose StatementEnd
create trigger kept before update or delete on tenders for each row execute function keep_tender();

create table tender_envelopes (
    tender_id ppi_id not null references tenders,
    n         smallint not null check (n between 1 and 20),
    kind      text not null check (kind in ('quality', 'price', 'qualification', 'other')),
    upload_id ppi_id not null references uploads,
    digest    text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    size      bigint not null check (size > 0),
    primary key (tender_id, n)
);
create unique index tender_envelopes_one on tender_envelopes (tender_id, kind) where kind in ('quality', 'price');
create index tender_envelopes_upload on tender_envelopes (upload_id);
call make_append_only('tender_envelopes');

-- +goose Down
drop table tender_envelopes, tenders, document_versions, documents, upload_chunks, uploads, lots;
drop function keep_tender, keep_complete_chunks, keep_complete_upload;
