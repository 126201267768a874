-- The openers of a box can be changed while it is open: what was handed in before stays sealed for the former ones, what
-- is handed in from then on for the others. The box is opened once enough of each have released.

-- +goose Up

-- For whom earlier envelopes in a box may be sealed: a version of the entry that says so, and its fingerprint, in their
-- order. For whom later ones are sealed stands in the box itself.
CREATE TABLE former_openers (
    box_id             ppi_id      NOT NULL REFERENCES boxes,
    n                  int         NOT NULL CHECK (n > 0),
    opener_set         ppi_id      NOT NULL,
    opener_set_version bigint      NOT NULL,
    fingerprint        text        COLLATE "C" NOT NULL,
    until              timestamptz NOT NULL,
    PRIMARY KEY (box_id, n),
    FOREIGN KEY (opener_set, opener_set_version) REFERENCES entry_versions
);
CALL make_append_only('former_openers');

-- For whom a complete envelope is sealed.
ALTER TABLE uploads ADD COLUMN fingerprint text COLLATE "C";
ALTER TABLE uploads DISABLE TRIGGER kept;
UPDATE uploads u SET fingerprint = b.fingerprint FROM boxes b WHERE b.id = u.box_id;
ALTER TABLE uploads ENABLE TRIGGER kept;
ALTER TABLE uploads ADD CHECK ((fingerprint IS NULL) = (header IS NULL));

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_complete_upload() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uploads := new;
BEGIN
    changed.completed_at := NULL;
    changed.box_id := NULL;
    changed.kind := NULL;
    changed.header := NULL;
    changed.header_line := NULL;
    changed.fingerprint := NULL;
    IF old.completed_at IS NOT NULL OR changed IS DISTINCT FROM old THEN
        RAISE EXCEPTION 'upload % is kept as announced', old.id
            USING ERRCODE = 'restrict_violation', TABLE = tg_table_name, CONSTRAINT = 'uploads_kept';
    END IF;
    RETURN new;
END $$;
-- +goose StatementEnd

-- Which openers did not open a lot that was left sealed; empty where the record of an earlier release says nothing of
-- it: those of the box.
ALTER TABLE sealed_ends ADD COLUMN fingerprint text COLLATE "C" NOT NULL DEFAULT '';

-- What is to be read was released in one sitting; 0: in any.
ALTER TABLE unread_boxes ADD COLUMN sitting int NOT NULL DEFAULT 0 CHECK (sitting >= 0);

-- +goose Down
-- +goose StatementBegin
DO $$ BEGIN
    IF EXISTS (SELECT FROM former_openers) THEN
        RAISE EXCEPTION 'openers of a box were changed, which earlier releases do not know';
    END IF;
END $$;
-- +goose StatementEnd
ALTER TABLE unread_boxes DROP COLUMN sitting;
ALTER TABLE sealed_ends DROP COLUMN fingerprint;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_complete_upload() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uploads := new;
BEGIN
    changed.completed_at := NULL;
    changed.box_id := NULL;
    changed.kind := NULL;
    changed.header := NULL;
    changed.header_line := NULL;
    IF old.completed_at IS NOT NULL OR changed IS DISTINCT FROM old THEN
        RAISE EXCEPTION 'upload % is kept as announced', old.id
            USING ERRCODE = 'restrict_violation', TABLE = tg_table_name, CONSTRAINT = 'uploads_kept';
    END IF;
    RETURN new;
END $$;
-- +goose StatementEnd
ALTER TABLE uploads DROP COLUMN fingerprint;
DROP TABLE former_openers;
