-- Before an organisation announces another file, the bytes of all its files are counted, no longer only its envelopes.

-- +goose Up
DROP INDEX uploads_supplier;
CREATE INDEX uploads_of ON uploads (procurement_id, organisation_id);

-- +goose Down
CREATE INDEX uploads_supplier ON uploads (procurement_id, organisation_id) WHERE purpose = 'envelope';
DROP INDEX uploads_of;
