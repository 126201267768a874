-- Which verbs the board decides on stands in their rows (acts/verbs.go), and nowhere else; here only their form.

-- +goose Up
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check check (verb ~ '^[a-z]+(_[a-z]+)*$');

-- +goose Down
alter table motions drop constraint motions_verb_check;
alter table motions add constraint motions_verb_check
    check (verb in ('suspend', 'resume', 'return', 'cancel', 'award', 'end_lot'));
