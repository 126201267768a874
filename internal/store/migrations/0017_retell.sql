-- What runs may not know yet is told by any worker, one procurement at a time, and less and less often when it cannot
-- be told: a row says when a procurement is to be tried again. Whoever moves that instant has taken the procurement.

-- +goose Up
create table retellings (
    procurement_id ppi_id primary key references procurements,
    tries          int not null check (tries > 0),
    next_at        timestamptz not null
);
create index commands_untold_since on commands ((coalesce(done_at, created_at))) where told_at is null;

-- +goose Down
drop index commands_untold_since;
drop table retellings;
