-- Candidates are told, by one letter each, whether they are invited to the next stage.

-- +goose Up
alter table letters drop constraint letters_kind_check;
alter table letters add constraint letters_kind_check check (kind ~ '^[a-z_]+$');

-- A deadline can be moved more than once, and each time the invited are told.
alter table letters drop constraint letters_pkey;
alter table letters add primary key (tender_id, kind, sent_at);

-- +goose Down
alter table letters drop constraint letters_pkey;
alter table letters add primary key (tender_id, kind);
alter table letters drop constraint letters_kind_check;
alter table letters add constraint letters_kind_check check (kind in ('award', 'non_award'));
