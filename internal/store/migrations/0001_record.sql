-- The record: what happened (events), its place (event_log), the tree over it (event_tree) and what was
-- signed about it (checkpoints). Rights are in ../grants.sql, run after every migration.

-- +goose Up

-- IDs are compared byte by byte: the order of a UUIDv7's text is the order it was made in.
CREATE DOMAIN ppi_id AS text COLLATE "C"
    CONSTRAINT ppi_id_form CHECK (VALUE ~ '^[a-z]{3}_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$');

CREATE DOMAIN hash32 AS bytea
    CONSTRAINT hash32_length CHECK (octet_length(VALUE) = 32);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END $$;
-- +goose StatementEnd

-- make_append_only lets rows be inserted and read, by nobody changed. grants.sql knows such tables by
-- their trigger.
-- +goose StatementBegin
CREATE PROCEDURE make_append_only(name regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
END $$;
-- +goose StatementEnd

CREATE TABLE events (
    id             ppi_id      PRIMARY KEY,
    procurement_id ppi_id,
    type           text        COLLATE "C" NOT NULL,
    actor_id       ppi_id,
    at             timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    data           jsonb       NOT NULL,
    -- RFC 8785 bytes of the whole event; hashes are over these, never over a new rendering.
    canonical      bytea       NOT NULL,
    -- Order of insertion and writing transaction, for the sequencer.
    ordinal        bigint      GENERATED ALWAYS AS IDENTITY,
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id(),

    CONSTRAINT events_id_kind CHECK (id LIKE 'evt\_%'),
    CONSTRAINT events_procurement_kind CHECK (procurement_id LIKE 'prc\_%'),
    CONSTRAINT events_type_form CHECK (type ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT events_data_object CHECK (jsonb_typeof(data) = 'object'),
    CONSTRAINT events_columns_are_canonical CHECK (
        convert_from(canonical, 'UTF8')::jsonb = jsonb_build_object(
            'id', id, 'procurement', procurement_id, 'type', type, 'actor', actor_id,
            'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'recorded_at', to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'data', data))
);
CREATE INDEX events_xid ON events (xid);
CALL make_append_only('events');

-- One row for each committed event: its place in the whole log (position) and in its procurement (seq;
-- the events of the platform itself are one chain with no procurement).
CREATE TABLE event_log (
    position       bigint PRIMARY KEY,
    event_id       ppi_id NOT NULL,
    procurement_id ppi_id,
    seq            bigint NOT NULL,
    -- Hash of the entry before it in the same chain; zeroes for the first.
    prev_hash      hash32 NOT NULL,
    hash           hash32 NOT NULL,

    CONSTRAINT event_log_event_key UNIQUE (event_id),
    CONSTRAINT event_log_event_fkey FOREIGN KEY (event_id) REFERENCES events (id),
    CONSTRAINT event_log_chain_key UNIQUE NULLS NOT DISTINCT (procurement_id, seq),
    CONSTRAINT event_log_position_from_one CHECK (position >= 1),
    CONSTRAINT event_log_seq_from_one CHECK (seq BETWEEN 1 AND position)
);
CALL make_append_only('event_log');

-- Inner nodes of the Merkle tree (RFC 6962 §2.1) over event_log.hash in order of position: node n of a
-- level covers the positions n·2^level+1 … (n+1)·2^level. Level 0 is event_log.hash itself.
CREATE TABLE event_tree (
    level smallint NOT NULL,
    n     bigint   NOT NULL,
    hash  hash32   NOT NULL,

    CONSTRAINT event_tree_pkey PRIMARY KEY (level, n),
    CONSTRAINT event_tree_level CHECK (level BETWEEN 1 AND 62),
    CONSTRAINT event_tree_n CHECK (n >= 0)
);
CALL make_append_only('event_tree');

-- What the sequencer has seen: every transaction before seen_before except those in_progress. It is
-- bookkeeping, not record: whoever falsifies it delays events, and the audit finds those left out.
CREATE TABLE sequencer (
    only_row    boolean PRIMARY KEY DEFAULT true CONSTRAINT sequencer_only_row CHECK (only_row),
    -- The database cluster the transaction numbers belong to; null before the first pass.
    cluster     bigint,
    seen_before xid8    NOT NULL DEFAULT '0',
    in_progress xid8[]  NOT NULL DEFAULT '{}',
    size        bigint  NOT NULL DEFAULT 0 CONSTRAINT sequencer_size CHECK (size >= 0)
);
INSERT INTO sequencer DEFAULT VALUES;

-- Signed tree heads (C2SP tlog-checkpoint).
CREATE TABLE checkpoints (
    size      bigint      PRIMARY KEY,
    root      hash32      NOT NULL,
    note      text        NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT checkpoints_size CHECK (size >= 1)
);
CALL make_append_only('checkpoints');
