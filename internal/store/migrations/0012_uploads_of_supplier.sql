-- How many envelopes a supplier has uploaded is counted before it announces another.

-- +goose Up
create index uploads_supplier on uploads (procurement_id, organisation_id) where purpose = 'envelope';

-- +goose Down
drop index uploads_supplier;
