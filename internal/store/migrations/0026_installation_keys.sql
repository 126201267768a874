-- The record knows the keys of its installation: master, checkpoints, receipts. What happened to each is appended; a key
-- is in use from the row that introduces it to the row that retires it. Of the master key there is a fingerprint only.

-- +goose Up
create table installation_keys (
    ordinal     bigint      generated always as identity primary key,
    use         text        not null check (use in ('master', 'checkpoint', 'receipt')),
    fingerprint hash32      not null,
    -- named: a signing key has signed, or will sign, under a further name.
    act         text        not null check (act in ('introduced', 'named', 'retired')),
    -- The public key with its name, as signed notes have it; of signing keys only.
    verifier    text        not null default '' check (length(verifier) <= 1000),
    because     text        not null default '' check (because in ('', 'rotated', 'exposed', 'lost')),
    at          timestamptz not null,

    constraint installation_keys_verifier check ((verifier <> '') = (use <> 'master' and act <> 'retired')),
    constraint installation_keys_because check ((because <> '') = (act = 'retired')),
    constraint installation_keys_once unique (use, fingerprint, act, verifier)
);
call make_append_only('installation_keys');

-- The secret of an endpoint is also gone when the key is lost that it was encrypted with: its owner then makes another.
alter table endpoints drop constraint endpoints_check2;
alter table endpoints add constraint endpoints_removed_has_no_secret check (status <> 'removed' or secret is null);

-- +goose Down
alter table endpoints drop constraint endpoints_removed_has_no_secret;
alter table endpoints add constraint endpoints_check2 check ((status = 'removed') = (secret is null));
drop table installation_keys;
