-- The edition of what gates ask for is that of the day on which a procurement was drafted: what a later release asks for
-- is not asked of those that ran before (docs/decisions/0037).

-- +goose Up
ALTER TABLE procurements ADD COLUMN edition smallint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE procurements DROP COLUMN edition;
