-- +goose Up

-- The SHA-256 of each chunk, so that the bytes of a whole upload can be told apart without reading them. It is null in
-- chunks that an earlier release has written: then it is computed when it is asked for.
alter table upload_chunks add column digest bytea check (octet_length(digest) = 32);

-- What was wrong with the bytes of an upload when they were last checked, so that the same bytes are not read again.
create table upload_faults (
    upload_id ppi_id primary key references uploads on delete cascade,
    -- SHA-256 over the digests of the chunks in their order, in hexadecimal: which bytes were checked.
    bytes     text collate "C" not null check (bytes ~ '^[0-9a-f]{64}$'),
    refusal   jsonb not null,
    -- How many checks of this upload have failed.
    checks    int not null default 1 check (checks > 0),
    found_at  timestamptz not null default clock_timestamp()
);

-- +goose Down
drop table upload_faults;
alter table upload_chunks drop column digest;
