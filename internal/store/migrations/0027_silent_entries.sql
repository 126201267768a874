-- Entries of the second form: what the next entry of a chain continues (link) no longer contains the position, which
-- counts what happened anywhere, and so the tenders in open boxes. An entry without link is of the first form, and its
-- hash is its link. A sequencer of an earlier release cannot add one any more.

-- +goose Up
alter table event_log add column link hash32;
alter table event_log add constraint event_log_link check (link is not null) not valid;

-- Whoever gets entries of the first form learns their positions. They end before the oldest box that was open when the
-- second form began, and still is: of each such box, the position of the event that opened it.
create table counting_openings (
    box_id   ppi_id primary key references boxes,
    position bigint not null check (position >= 1)
);
insert into counting_openings
select b.id, o.position from boxes b join procurements p on p.id = b.procurement_id cross join lateral (
    select min(l.position) as position from event_log l join events e on e.id = l.event_id
    where l.procurement_id = b.procurement_id and e.at >= b.opened_at) o
where b.closed_at is null and p.mode = 'live' and o.position is not null;
call make_append_only('counting_openings');

-- The public log: what anybody may hold the operator to. An entry commits to the head of a tree without telling it: to
-- that of a procurement's chain, or, where procurement_id is null, to that of the whole log.
create table public_log (
    n              bigint primary key check (n >= 1),
    -- Which tree: SHA-256 of a text with the procurement's ID; zeroes for the whole log.
    label          hash32 not null,
    -- SHA-256 over salt, size and root.
    commitment     hash32 not null,
    salt           hash32 not null,
    procurement_id ppi_id references procurements,
    size           bigint not null check (size >= 1),
    root           hash32 not null,
    -- Up to which position of the log events were looked at that everybody may know.
    through        bigint not null check (through >= 0),
    made_at        timestamptz not null default clock_timestamp()
);
create index public_log_procurement on public_log (procurement_id, n);
call make_append_only('public_log');

-- Signed heads of the tree over the public log, and the hashes on the edge of that tree, one after the other.
create table public_checkpoints (
    size      bigint primary key check (size >= 1),
    root      hash32 not null,
    edge      bytea not null,
    note      text not null,
    issued_at timestamptz not null default clock_timestamp()
);
call make_append_only('public_checkpoints');

-- +goose Down
-- +goose StatementBegin
do $$
begin
    if exists (select from event_log where link is not null) then
        raise exception 'entries of the second form have no place in the schema before';
    end if;
end $$;
-- +goose StatementEnd
drop table public_checkpoints, public_log, counting_openings;
alter table event_log drop column link;
