-- Who speaks for whom: representatives, enrolment codes, acceptance of memberships and of roles, recovery.

-- +goose Up
alter table people add column representative boolean not null default false;
alter table people add constraint people_administrators_represent_nobody check (not (administrator and representative));

-- Those who spoke for their organisation until now, by a role that decides in its name, are its representatives.
update people set representative = true where not administrator and exists (
    select from role_assignments r join procurements p on p.id = r.procurement_id where r.person_id = people.id
        and r.role in ('lead_procurer', 'board', 'supplier') and r.valid_until is null and p.ended_at is null);

-- Who runs the platform takes part in nothing any more.
update role_assignments r set valid_until = greatest(r.valid_from,
        clock_timestamp() + p.clock_offset * interval '1 microsecond')
    from procurements p, people q where p.id = r.procurement_id and q.id = r.person_id and q.administrator
        and (r.valid_until is null or r.valid_until > clock_timestamp() + p.clock_offset * interval '1 microsecond');

create table enrolments (
    id           ppi_id primary key check (id like 'enr\_%'),
    person_id    ppi_id not null references people,
    digest       hash32 not null,
    created_by   ppi_id not null references people,
    created_at   timestamptz not null,
    expires_at   timestamptz not null check (expires_at > created_at),
    redeemed_at  timestamptz,
    cancelled_at timestamptz check (cancelled_at is null or redeemed_at is null)
);
create unique index enrolments_open on enrolments (person_id) where redeemed_at is null and cancelled_at is null;

create table recoveries (
    id              ppi_id primary key check (id like 'rcv\_%'),
    organisation_id ppi_id not null references organisations,
    person_id       ppi_id not null references people,
    request_digest  text not null check (request_digest ~ '^[0-9a-f]{64}$'),
    requested_by    ppi_id not null references people,
    requested_at    timestamptz not null,
    ready_at        timestamptz not null check (ready_at >= requested_at),
    objected_at     timestamptz,
    objected_by     ppi_id references people,
    objection       text not null default '',
    completed_at    timestamptz check (completed_at is null or objected_at is null),
    check ((objected_at is null) = (objected_by is null))
);
create index recoveries_organisation on recoveries (organisation_id, id);
create unique index recoveries_open on recoveries (organisation_id) where objected_at is null and completed_at is null;

-- The members of procurements under way have joined with their roles; only drafts ask for acceptance.
alter table consortium_members
    add column accepted_at timestamptz,
    add column accepted_by ppi_id references people,
    add constraint consortium_members_accepted check (accepted_at is null or accepted_at >= joined_at);
update consortium_members m set accepted_at = joined_at
    from procurements p where p.id = m.procurement_id and p.status <> 'draft';
create index consortium_members_organisation on consortium_members (organisation_id, procurement_id);

alter table role_assignments
    add column engaged_by ppi_id references organisations,
    drop constraint role_assignments_role_check,
    add constraint role_assignments_role_check check (role in ('lead_procurer', 'buyer', 'board', 'drafter', 'opener',
        'evaluator', 'chair', 'awarder', 'legal', 'observer', 'supplier', 'signatory'));
-- Somebody of an organisation outside the consortium was engaged by the lead buyer, who gave all roles.
update role_assignments r set engaged_by = m.organisation_id from consortium_members m
    where m.procurement_id = r.procurement_id and m.lead and m.left_at is null and r.role <> 'supplier'
        and not exists (select from consortium_members o
            where o.procurement_id = r.procurement_id and o.organisation_id = r.organisation_id);
create index role_assignments_organisation on role_assignments (organisation_id, procurement_id);

-- Until now whoever was a supplier's person handed in its tenders.
insert into role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from, valid_until, created_at)
    select 'rol_' || overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing '8' from 20),
        procurement_id, person_id, organisation_id, 'signatory', valid_from, valid_until, created_at
    from role_assignments where role = 'supplier';

create table role_offers (
    id              ppi_id primary key check (id like 'off\_%'),
    procurement_id  ppi_id not null references procurements,
    person_id       ppi_id not null references people,
    organisation_id ppi_id not null references organisations,
    offered_for     ppi_id not null references organisations,
    offered_by      ppi_id not null references people,
    role            text not null check (role in ('drafter', 'opener', 'evaluator', 'chair', 'awarder', 'legal',
                                                  'observer')),
    valid_until     timestamptz,
    offered_at      timestamptz not null,
    answered_at     timestamptz,
    answered_by     ppi_id references people,
    accepted        boolean not null default false check (not accepted or answered_at is not null),
    withdrawn_at    timestamptz,
    role_id         ppi_id references role_assignments
);
create index role_offers_procurement on role_offers (procurement_id, id);
create index role_offers_organisation on role_offers (organisation_id, id);
-- One that was declined counts as open: whoever offers again must not learn of the answer.
create unique index role_offers_open on role_offers (procurement_id, person_id, role)
    where not accepted and withdrawn_at is null;

-- The roles that people hold on procurements, those without a row of their own too: the representatives of a member are
-- representatives there, those of an organisation that registered as a supplier are suppliers.
create view seat_roles as
    select id, procurement_id, person_id, role, valid_from, valid_until from role_assignments
    union all
    select '', m.procurement_id, q.id, 'representative', '-infinity', null
        from consortium_members m join people q on q.organisation_id = m.organisation_id
        where q.representative and m.left_at is null
    union all
    select '', s.procurement_id, q.id, 'supplier', s.valid_from, s.valid_until
        from role_assignments s join people q on q.organisation_id = s.organisation_id
        where q.representative and s.role = 'supplier';

-- +goose Down
drop view seat_roles;
drop table role_offers;
delete from role_assignments where role = 'signatory';
drop index role_assignments_organisation;
alter table role_assignments
    drop column engaged_by,
    drop constraint role_assignments_role_check,
    add constraint role_assignments_role_check check (role in ('lead_procurer', 'buyer', 'board', 'drafter', 'opener',
        'evaluator', 'chair', 'awarder', 'legal', 'observer', 'supplier'));
drop index consortium_members_organisation;
alter table consortium_members drop column accepted_at, drop column accepted_by;
drop table recoveries, enrolments;
alter table people drop column representative;
