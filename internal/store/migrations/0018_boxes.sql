-- A box is a noun of its own: a lot has one for each stage of its procedure. What was the box of a lot becomes
-- the box of the stage of tenders, by the same UUID. A lot without boxes is one that is not published.

-- +goose Up
create table boxes (
    id             ppi_id primary key check (id like 'box\_%'),
    procurement_id ppi_id not null references procurements,
    lot_id         ppi_id not null references lots,
    stage          text not null check (stage ~ '^[a-z_]+$'),
    round          int not null default 1 check (round > 0),
    hands_in       text not null check (hands_in in ('tender', 'request')),
    by_invitation  boolean not null default false,
    opened_at      timestamptz not null,
    deadline       timestamptz not null,
    deadline_local text not null check (deadline_local <> ''),
    deadline_zone  text not null check (deadline_zone <> ''),
    closed_at      timestamptz,
    unsealed_at    timestamptz check (unsealed_at is null or closed_at is not null),
    unique (lot_id, stage, round)
);
create index boxes_procurement on boxes (procurement_id, opened_at, id);
-- At any time at most one box of a lot takes anything.
create unique index boxes_open on boxes (lot_id) where closed_at is null;

create table box_invited (
    box_id          ppi_id not null references boxes,
    organisation_id ppi_id not null references organisations,
    primary key (box_id, organisation_id)
);
call make_append_only('box_invited');

insert into boxes (id, procurement_id, lot_id, stage, hands_in, opened_at, deadline, deadline_local, deadline_zone, closed_at, unsealed_at)
select 'box' || substr(l.id, 4), l.procurement_id, l.id, 'tender', 'tender', l.opened_at, l.deadline,
    coalesce(nullif(l.deadline_local, ''), to_char(l.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI')), coalesce(nullif(l.deadline_zone, ''), 'UTC'),
    l.closed_at, s.unsealed_at
from lots l left join lot_stages s on s.lot_id = l.id where l.opened_at is not null;

drop trigger in_time on tenders;
alter table tenders disable trigger kept;
alter table tenders add column box_id ppi_id references boxes;
update tenders set box_id = 'box' || substr(lot_id, 4);
alter table tenders alter column box_id set not null;
alter table tenders enable trigger kept;
drop index tenders_standing;
create unique index tenders_standing on tenders (box_id, organisation_id) where ended_at is null;
create index tenders_box on tenders (box_id, id);

-- +goose StatementBegin
create or replace function refuse_late_tender() returns trigger language plpgsql as $$
begin
    if not exists (select from boxes b where b.id = new.box_id and b.lot_id = new.lot_id and b.closed_at is null
            and new.received_at <= b.deadline
            and (not b.by_invitation or exists (select from box_invited i where i.box_id = b.id and i.organisation_id = new.organisation_id))) then
        raise exception 'box % takes nothing of % received at %', new.box_id, new.organisation_id, new.received_at
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'tenders_in_time';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger in_time before insert on tenders for each row execute function refuse_late_tender();

create table box_openers (
    box_id          ppi_id not null references boxes,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    opened_at       timestamptz not null,
    primary key (box_id, person_id)
);
insert into box_openers select 'box' || substr(lot_id, 4), person_id, organisation_id, opened_at from lot_openers;
call make_append_only('box_openers');
drop table lot_openers;

alter table lot_stages drop column unsealed_at;
alter table lots drop column opened_at, drop column closed_at, drop column deadline;

-- +goose Down
-- +goose StatementBegin
do $$
begin
    if exists (select from boxes where hands_in <> 'tender' or round > 1 or by_invitation) then
        raise exception 'boxes of other stages than that of tenders have no place in the schema before';
    end if;
end $$;
-- +goose StatementEnd
alter table lots add column deadline timestamptz, add column opened_at timestamptz, add column closed_at timestamptz;
update lots l set deadline = b.deadline, opened_at = b.opened_at, closed_at = b.closed_at,
    deadline_local = b.deadline_local, deadline_zone = b.deadline_zone
from boxes b where b.lot_id = l.id and b.hands_in = 'tender';
alter table lots add check ((opened_at is null) = (deadline is null)), add check (closed_at is null or opened_at is not null);
alter table lot_stages add column unsealed_at timestamptz;
update lot_stages s set unsealed_at = b.unsealed_at from boxes b where b.lot_id = s.lot_id and b.hands_in = 'tender';
alter table lot_stages alter column unsealed_at set not null;
create table lot_openers (
    lot_id          ppi_id not null references lots,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    opened_at       timestamptz not null,
    primary key (lot_id, person_id)
);
insert into lot_openers select b.lot_id, o.person_id, o.organisation_id, o.opened_at from box_openers o join boxes b on b.id = o.box_id where b.hands_in = 'tender';
call make_append_only('lot_openers');
drop table box_openers;
drop trigger in_time on tenders;
-- +goose StatementBegin
create or replace function refuse_late_tender() returns trigger language plpgsql as $$
begin
    if not exists (select from lots where id = new.lot_id and opened_at is not null and closed_at is null and new.received_at <= deadline) then
        raise exception 'the box of lot % takes no tender received at %', new.lot_id, new.received_at
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'tenders_in_time';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger in_time before insert on tenders for each row execute function refuse_late_tender();
drop index tenders_box, tenders_standing;
alter table tenders drop column box_id;
create unique index tenders_standing on tenders (lot_id, organisation_id) where ended_at is null;
drop table box_invited, boxes;
