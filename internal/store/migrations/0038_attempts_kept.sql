-- The number of attempts that were refused only grows, by one each time, and is in the log before its row goes.

-- +goose Up

-- What counts an attempt is found by the event of the first one.
CREATE INDEX events_counting ON events ((data ->> 'event_id'))
    WHERE type IN ('tender.refusals_counted', 'envelope.opening_refusals_counted');

-- It does not hold for superusers, who can drop it.
-- +goose StatementBegin
CREATE FUNCTION keep_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF current_setting('is_superuser') = 'on' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'INSERT' THEN
        broken := CASE WHEN NEW.n <> 1 THEN 'begins with 1' END;
    ELSIF TG_OP = 'UPDATE' THEN
        broken := CASE
            WHEN to_jsonb(NEW) - 'n' - 'last_at' <> to_jsonb(OLD) - 'n' - 'last_at' THEN 'counts the same all the time'
            WHEN NEW.n <> OLD.n + 1 THEN 'grows by 1'
            WHEN NEW.last_at < OLD.last_at THEN 'has the instant of the last one' END;
    ELSIF OLD.hour > clock_timestamp() - interval '1 hour' THEN
        broken := 'stays until its hour has passed';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'a count of attempts %', broken
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'kept';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
-- +goose StatementEnd

-- Of one attempt its event tells; of more, the event of the transaction that takes the row.
-- +goose StatementBegin
CREATE FUNCTION attempts_in_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('is_superuser') = 'on' OR OLD.n = 1 OR EXISTS (SELECT FROM events e
        WHERE e.type IN ('tender.refusals_counted', 'envelope.opening_refusals_counted')
            AND e.data ->> 'event_id' = OLD.event_id AND (e.data ->> 'attempts')::bigint = OLD.n) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'no event tells of % attempts after %', OLD.n, OLD.event_id
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'attempts_in_log';
END $$;
-- +goose StatementEnd

CREATE TRIGGER rows_kept BEFORE INSERT OR UPDATE OR DELETE ON attempts FOR EACH ROW EXECUTE FUNCTION keep_attempt();
CREATE CONSTRAINT TRIGGER attempts_in_log AFTER DELETE ON attempts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION attempts_in_log();

-- +goose Down
DROP TRIGGER attempts_in_log ON attempts;
DROP TRIGGER rows_kept ON attempts;
DROP FUNCTION attempts_in_log();
DROP FUNCTION keep_attempt();
DROP INDEX events_counting;
