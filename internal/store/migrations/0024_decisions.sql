-- The board's decisions on gates and motions, each with the count that it rests on: by which agreement, how each buyer
-- voted and what its vote weighed, and who was recused.

-- +goose Up
create table decisions (
    id             ppi_id primary key check (id like 'dec\_%'),
    procurement_id ppi_id not null references procurements,
    subject        text not null,
    round          int not null check (round > 0),
    digest         text collate "C" not null check (digest ~ '^[0-9a-f]{64}$'),
    count          jsonb not null check (count ->> 'decision' in ('approved', 'rejected')),
    decided_at     timestamptz not null
);
create index decisions_subject on decisions (procurement_id, subject, round);
call make_append_only('decisions');

-- +goose Down
drop table decisions;
