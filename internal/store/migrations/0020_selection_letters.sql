-- Candidates are told, by one letter each, whether they are invited to the next stage.

-- +goose Up
alter table letters drop constraint letters_kind_check;
alter table letters add constraint letters_kind_check check (kind ~ '^[a-z_]+$');

-- +goose Down
alter table letters drop constraint letters_kind_check;
alter table letters add constraint letters_kind_check check (kind in ('award', 'non_award'));
