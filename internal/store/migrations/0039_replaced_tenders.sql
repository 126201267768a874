-- Whoever compares tenders with their receipts asks of each which one replaced it.

-- +goose Up
CREATE INDEX tenders_supersedes ON tenders (supersedes_id) WHERE supersedes_id IS NOT NULL;

-- +goose Down
DROP INDEX tenders_supersedes;
