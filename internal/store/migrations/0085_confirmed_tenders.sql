-- After a change of what was published, a tenderer may confirm what it handed in. Who does not has handed it in all the
-- same, so the row of the tender stays as it is.

-- +goose Up
CREATE TABLE tender_confirmations (
    digest       text        COLLATE "C" PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    tender_id    ppi_id      NOT NULL REFERENCES tenders,
    notice_id    ppi_id      NOT NULL REFERENCES notices,
    confirmed_at timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    receipt      text        NOT NULL CHECK (receipt <> ''),
    UNIQUE (tender_id, notice_id)
);
CALL make_append_only('tender_confirmations');

-- +goose StatementBegin
CREATE FUNCTION refuse_late_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenders t JOIN boxes b ON b.id = t.box_id JOIN notices n ON n.id = NEW.notice_id
            WHERE t.id = NEW.tender_id AND t.ended_at IS NULL AND n.procurement_id = b.procurement_id
                AND b.closed_at IS NULL AND NEW.confirmed_at <= b.deadline) THEN
        RAISE EXCEPTION 'tender % cannot be confirmed at %', NEW.tender_id, NEW.confirmed_at
            USING errcode = 'restrict_violation', table = tg_table_name, constraint = 'tender_confirmations_in_time';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER in_time BEFORE INSERT ON tender_confirmations FOR EACH ROW EXECUTE FUNCTION refuse_late_confirmation();

ALTER TABLE lost_receipts DROP CONSTRAINT lost_receipts_act_check,
    ADD CONSTRAINT lost_receipts_act_check CHECK (act IN ('received', 'withdrawn', 'confirmed'));

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM tender_confirmations) OR EXISTS (SELECT FROM lost_receipts WHERE act = 'confirmed') THEN
        RAISE EXCEPTION 'confirmations of tenders have no place in the schema before';
    END IF;
END $$;
-- +goose StatementEnd
ALTER TABLE lost_receipts DROP CONSTRAINT lost_receipts_act_check,
    ADD CONSTRAINT lost_receipts_act_check CHECK (act IN ('received', 'withdrawn'));
DROP TABLE tender_confirmations;
DROP FUNCTION refuse_late_confirmation;
