-- Record and process are brought together again by a pass over all open procurements that goes on where the last one
-- stopped. Receipts of tenders that the record does not know are kept as evidence.

-- +goose Up
create table passes (
    name     text primary key,
    -- The pass goes on after this procurement; '' begins a new one.
    after    text not null
);
create index procurements_open on procurements (id) where status in ('running', 'suspended');

-- A supplier's receipt of what the record does not know. It refers to nothing: lot, box and supplier may be lost, too.
create table lost_receipts (
    digest          text        collate "C" primary key check (digest ~ '^[0-9a-f]{64}$'),
    act             text        not null check (act in ('received', 'withdrawn')),
    tender_id       ppi_id      not null,
    procurement_id  ppi_id      not null,
    lot_id          ppi_id      not null,
    box_id          ppi_id      not null,
    organisation_id ppi_id      not null,
    procedure_time  timestamptz not null,
    note            text        not null check (length(note) <= 65536),
    entered_at      timestamptz not null
);
create index lost_receipts_lot on lost_receipts (lot_id);
call make_append_only('lost_receipts');

-- +goose Down
drop table lost_receipts;
drop index procurements_open;
drop table passes;
