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

-- For whom later envelopes are sealed changes while the box is open, and never without a trace of the former openers.
DROP TRIGGER rows_kept ON boxes;
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone quality_locked_at opener_set opener_set_version fingerprint',
    'closed_at unsealed_at');
-- +goose StatementBegin
CREATE FUNCTION keep_former_openers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NOT EXISTS (SELECT FROM former_openers f WHERE f.box_id = OLD.id
            AND f.n = (SELECT max(l.n) FROM former_openers l WHERE l.box_id = OLD.id)
            AND f.opener_set = OLD.opener_set AND f.opener_set_version = OLD.opener_set_version
            AND f.fingerprint = OLD.fingerprint) THEN
        RAISE EXCEPTION 'the openers of box % stay', OLD.id
            USING ERRCODE = 'restrict_violation', TABLE = tg_table_name, CONSTRAINT = 'boxes_openers';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER openers BEFORE UPDATE ON boxes FOR EACH ROW
    WHEN (OLD.opener_set IS NOT NULL AND (OLD.opener_set, OLD.opener_set_version, OLD.fingerprint)
        IS DISTINCT FROM (NEW.opener_set, NEW.opener_set_version, NEW.fingerprint))
    EXECUTE FUNCTION keep_former_openers();

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

-- Openers have no time to release while a procurement is suspended: when it was resumed counts.
CREATE INDEX motions_resumed ON motions (procurement_id) WHERE verb = 'resume' AND status = 'carried';

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
DROP INDEX motions_resumed;
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
DROP TRIGGER openers ON boxes;
DROP FUNCTION keep_former_openers;
DROP TRIGGER rows_kept ON boxes;
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone quality_locked_at', 'closed_at unsealed_at');
DROP TABLE former_openers;
