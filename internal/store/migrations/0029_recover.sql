-- Record and process are brought together again by a pass over all open procurements that goes on where the last one
-- stopped. Receipts of tenders that the record does not know are kept as evidence.

-- +goose Up
create table passes (
    name     text primary key,
    -- The pass goes on after this procurement; '' begins a new one.
    after    text not null default '',
    began_at timestamptz not null default clock_timestamp(),
    -- When the last whole pass began and ended; null: there was none.
    last_began_at timestamptz,
    last_ended_at timestamptz
);
create index procurements_open on procurements (id) where status in ('running', 'suspended');

-- +goose Down
drop index procurements_open;
drop table passes;
