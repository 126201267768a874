-- Personal data in parts of events is erased once it need not be kept any more, by this function alone: the application
-- may only execute it.

-- +goose Up

-- How many years after its end a procurement's record is kept. Grants ask for five years after the final payment.
CREATE TABLE retention (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    years    int     NOT NULL CHECK (years BETWEEN 5 AND 100)
);
INSERT INTO retention (years) VALUES (10);
CALL make_append_only('retention');

-- ended_long_ago tells whether a procurement has ended, and nothing was recorded of it for the time for which its record is
-- kept, but what was erased or adopted.
-- +goose StatementBegin
CREATE FUNCTION ended_long_ago(procurement ppi_id) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_or(e.type IN ('procurement.completed', 'procurement.cancelled'))
        AND max(e.recorded_at) FILTER (WHERE e.type NOT IN ('part.erased', 'record.adopted'))
            + make_interval(years => (SELECT years FROM retention)) < clock_timestamp(), false)
    FROM event_log l JOIN events e ON e.id = l.event_id WHERE l.procurement_id = procurement
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(erasing(TG_RELID), false) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END $$;
-- +goose StatementEnd

-- erase_part erases a part of an event, and the same words where they stand in a table. The transaction must have
-- recorded that it does. Only words of people are erased, never what decisions rest on.
-- +goose StatementBegin
CREATE FUNCTION erase_part(event ppi_id, part text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    e events%ROWTYPE;
BEGIN
    SELECT * INTO e FROM events WHERE id = event;
    IF NOT FOUND OR e.procurement_id IS NULL OR NOT ended_long_ago(e.procurement_id) THEN
        RAISE EXCEPTION 'the part % of event % is still to be kept', part, event
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'retention';
    END IF;
    IF NOT (e.type = 'vote.cast' AND part = 'reason' OR e.type IN ('entry.written', 'entry.withdrawn') AND part = 'body'
        AND e.data ->> 'kind' IN ('interest_declaration', 'conflict_declaration', 'market_contact')) THEN
        RAISE EXCEPTION 'the part % of an event % is not erased', part, e.type
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'erasable';
    END IF;
    IF NOT EXISTS (SELECT FROM events r WHERE r.type = 'part.erased' AND r.xid = pg_current_xact_id()
        AND r.data @> jsonb_build_object('event_id', event, 'part', part)) THEN
        RAISE EXCEPTION 'nothing records that the part % of event % is erased', part, event
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'erasure_recorded';
    END IF;
    PERFORM set_config('ppi.erasing', 'on', true);
    DELETE FROM event_parts p WHERE p.event_id = event AND p.name = part;
    IF part = 'reason' THEN
        UPDATE votes SET reason = '' WHERE id = e.data ->> 'vote_id';
        UPDATE commands SET payload = payload - 'reason' WHERE procurement_id = e.procurement_id AND verb = 'vote'
            AND result ->> 'vote_id' = e.data ->> 'vote_id';
    ELSE
        UPDATE entry_versions SET body = '{}'
            WHERE entry_id = e.data ->> 'entry_id' AND version = (e.data ->> 'version')::bigint;
        UPDATE entries SET body = '{}'
            WHERE id = e.data ->> 'entry_id' AND version = (e.data ->> 'version')::bigint;
    END IF;
    PERFORM set_config('ppi.erasing', 'off', true);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION erase_part(ppi_id, text) FROM PUBLIC;

-- +goose Down
DROP FUNCTION erase_part(ppi_id, text);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END $$;
-- +goose StatementEnd
DROP FUNCTION ended_long_ago(ppi_id);
DROP TABLE retention;
