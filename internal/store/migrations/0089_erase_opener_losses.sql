-- What a buyer wrote on why one of its openers cannot release any more is personal: it is erased with the rest.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION erase_part(event ppi_id, part text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
        AND e.data ->> 'kind'
            IN ('interest_declaration', 'conflict_declaration', 'market_contact', 'opener_loss')) THEN
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

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION erase_part(event ppi_id, part text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
