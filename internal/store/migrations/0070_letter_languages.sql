-- A supplier may say, when it registers, in which language of the procurement it wants its letters.

-- +goose Up
ALTER TABLE role_assignments
    ADD COLUMN language text NOT NULL DEFAULT '',
    ADD CONSTRAINT role_assignments_language CHECK (language = '' OR role IN ('supplier', 'signatory'));

-- +goose Down
ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_language, DROP COLUMN language;
