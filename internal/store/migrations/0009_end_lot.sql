-- The board ends a lot that was published.

-- +goose Up
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check
    check (verb in ('suspend', 'resume', 'return', 'cancel', 'award', 'end_lot'));

-- +goose Down
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check check (verb in ('suspend', 'resume', 'return', 'cancel', 'award'));
