-- The record proves decisions: its tables follow from its events. Parts of events that are withheld for a time, or may
-- have to be erased, stand beside them; an event holds SHA-256(salt || content) of each. followed says since when
-- events tell everything. And rows change only as they lawfully can.

-- +goose Up
CREATE TABLE event_parts (
    event_id       ppi_id NOT NULL REFERENCES events,
    procurement_id ppi_id,
    name           text   NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]*$'),
    salt           hash32 NOT NULL,
    content        bytea  NOT NULL,
    PRIMARY KEY (event_id, name)
);
CREATE INDEX event_parts_of ON event_parts (procurement_id);
CALL make_append_only('event_parts');

-- through is the number of the last event of a release that did not tell everything; 0: there is none.
CREATE TABLE followed (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    through  bigint  NOT NULL
);
INSERT INTO followed (through) SELECT coalesce(max(ordinal), 0) FROM events;
CALL make_append_only('followed');

-- An event belongs to the transaction that inserts it, and to its time: otherwise one could be kept out of the log, or
-- pass for one of an earlier time.
-- +goose StatementBegin
CREATE FUNCTION date_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    IF NEW.recorded_at NOT BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 minute'
        AND current_setting('is_superuser') <> 'on' THEN
        RAISE EXCEPTION 'an event is recorded when it happens, not at %', NEW.recorded_at
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'events_dated';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER dated BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION date_event();

CREATE INDEX events_on_record ON events (type) WHERE type IN ('record.adopted', 'part.erased');

-- What is only appended to and what is kept lets pass the owner of the table, while it erases.
-- +goose StatementBegin
CREATE FUNCTION erasing(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('ppi.erasing', true) = 'on'
        AND (SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = relation)
$$;
-- +goose StatementEnd

-- keep_row lets a row be changed only in some columns. Its first argument names those that may change at any time, its
-- second those that get a value once and keep it; both are lists, separated by blanks. Nothing is deleted. It does not
-- hold for superusers, who can drop it.
-- +goose StatementBegin
CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before  jsonb;
    after   jsonb;
    changed text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := to_jsonb(OLD);
        after := to_jsonb(NEW);
        SELECT key INTO changed FROM jsonb_each(before)
            WHERE value IS DISTINCT FROM after -> key AND key <> ALL (string_to_array(TG_ARGV[0], ' '))
                AND NOT (key = ANY (string_to_array(TG_ARGV[1], ' ')) AND value IN ('null', 'false', '""'))
            LIMIT 1;
        IF changed IS NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    IF current_setting('is_superuser') = 'on' OR coalesce(erasing(TG_RELID), false) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION '% of % is not %', coalesce('column ' || changed || ' of a row', 'a row'), TG_TABLE_NAME,
        CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'changed' END
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'kept', COLUMN = coalesce(changed, '');
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE PROCEDURE keep_rows(name regclass, changes text, once text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER rows_kept BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION keep_row(%L, %L)',
        name, changes, once);
END $$;
-- +goose StatementEnd

CALL keep_rows('votes', '', 'voided_at');
CALL keep_rows('motions', 'status', 'decided_at');
CALL keep_rows('phase_rounds', 'status', 'closed_at');
CALL keep_rows('role_assignments', 'valid_until', '');
CALL keep_rows('role_offers', '', 'answered_at answered_by role_id withdrawn_at accepted');
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone', 'closed_at unsealed_at');
CALL keep_rows('lot_awards', '',
    'quality_locked_at awarded_at winner_id ranking letters_at standstill_until standstill standstill_over_at');
CALL keep_rows('entries', 'round version author_id body digest written_at', 'withdrawn_at');
CALL keep_rows('documents', 'version title audience upload_id author_id written_at', '');
CALL keep_rows('lots', 'number title description deadline_local deadline_zone version', 'ended_at end_reason');
CALL keep_rows('procurements', 'title description languages profile zone status clock_offset version',
    'end_reason started_at ended_at');
CALL keep_rows('organisations', 'legal_name country sme less_developed_region version', '');
CALL keep_rows('people', 'name email administrator representative version', '');
CALL keep_rows('api_keys', 'label', 'revoked_at');
CALL keep_rows('enrolments', '', 'redeemed_at cancelled_at');
CALL keep_rows('recoveries', '', 'objected_at objected_by objection completed_at');

-- +goose Down
DROP TRIGGER rows_kept ON votes;
DROP TRIGGER rows_kept ON motions;
DROP TRIGGER rows_kept ON phase_rounds;
DROP TRIGGER rows_kept ON role_assignments;
DROP TRIGGER rows_kept ON role_offers;
DROP TRIGGER rows_kept ON boxes;
DROP TRIGGER rows_kept ON lot_awards;
DROP TRIGGER rows_kept ON entries;
DROP TRIGGER rows_kept ON documents;
DROP TRIGGER rows_kept ON lots;
DROP TRIGGER rows_kept ON procurements;
DROP TRIGGER rows_kept ON organisations;
DROP TRIGGER rows_kept ON people;
DROP TRIGGER rows_kept ON api_keys;
DROP TRIGGER rows_kept ON enrolments;
DROP TRIGGER rows_kept ON recoveries;
DROP PROCEDURE keep_rows(regclass, text, text);
DROP FUNCTION keep_row();
DROP FUNCTION erasing(oid);
DROP TRIGGER dated ON events;
DROP FUNCTION date_event();
DROP INDEX events_on_record;
DROP TABLE followed;
DROP TABLE event_parts;
