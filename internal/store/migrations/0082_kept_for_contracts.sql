-- The record of a procurement is kept for as long as its contracts are performed (Directive 2014/24/EU, Article 83(6)), and
-- as a grant asks for, if that is longer than the years of the table retention.

-- +goose Up

-- kept_until is the last instant until which the record of a procurement is kept; null: it has not ended.
-- +goose StatementBegin
CREATE FUNCTION kept_until(procurement ppi_id) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    WITH days AS (
        SELECT (e.body ->> 'ends_on')::date AS day FROM entries e
            WHERE e.procurement_id = procurement AND e.withdrawn_at IS NULL
                AND e.kind IN ('contract', 'contract_modification') AND e.body ->> 'ends_on' <> ''
        UNION ALL
        SELECT (c.body ->> 'signed_on')::date + make_interval(months => (f.body ->> 'months')::int)
            FROM entries c JOIN entries f ON f.procurement_id = c.procurement_id AND f.kind = 'framework_terms'
                AND f.withdrawn_at IS NULL AND f.body ->> 'lot' = c.body ->> 'lot'
            WHERE c.procurement_id = procurement AND c.withdrawn_at IS NULL AND c.kind = 'contract'
        UNION ALL
        SELECT (e.body ->> 'records_until')::date FROM entries e
            WHERE e.procurement_id = procurement AND e.withdrawn_at IS NULL AND e.kind = 'grant_action'
                AND e.body ->> 'records_until' <> ''
    )
    SELECT CASE WHEN bool_or(e.type IN ('procurement.completed', 'procurement.cancelled')) THEN
        greatest(max(e.recorded_at) FILTER (WHERE e.type NOT IN ('part.erased', 'record.adopted'))
                + make_interval(years => (SELECT years FROM retention)),
            (SELECT max(day) + interval '1 day' FROM days)) END
    FROM event_log l JOIN events e ON e.id = l.event_id WHERE l.procurement_id = procurement
$$;
CREATE OR REPLACE FUNCTION ended_long_ago(procurement ppi_id) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(kept_until(procurement) < clock_timestamp(), false)
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ended_long_ago(procurement ppi_id) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_or(e.type IN ('procurement.completed', 'procurement.cancelled'))
        AND max(e.recorded_at) FILTER (WHERE e.type NOT IN ('part.erased', 'record.adopted'))
            + make_interval(years => (SELECT years FROM retention)) < clock_timestamp(), false)
    FROM event_log l JOIN events e ON e.id = l.event_id WHERE l.procurement_id = procurement
$$;
-- +goose StatementEnd
DROP FUNCTION kept_until(ppi_id);
