-- The procurements that follow a pre-commercial procurement are found by it.

-- +goose Up
CREATE INDEX entries_preceding_pcp ON entries (subject) WHERE kind = 'preceding_pcp' AND withdrawn_at IS NULL;

-- +goose Down
DROP INDEX entries_preceding_pcp;
