-- The board ends a lot that was published; the public is told of a deadline that was moved.

-- +goose Up
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check
    check (verb in ('suspend', 'resume', 'return', 'cancel', 'award', 'end_lot'));
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('contract', 'change', 'award'));

-- +goose Down
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('contract', 'award'));
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check check (verb in ('suspend', 'resume', 'return', 'cancel', 'award'));
