-- A notice tells of the modification of a contract.

-- +goose Up
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind ~ '^[a-z]+(_[a-z]+)*$');

-- +goose Down
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN ('contract', 'change', 'award')) NOT VALID;
