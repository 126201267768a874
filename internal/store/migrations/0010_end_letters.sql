-- Tenderers are told that a lot ended without award, also those who were told of an award before.

-- +goose Up
alter table letters add column kind text not null default 'award' check (kind in ('award', 'non_award'));
alter table letters alter column kind drop default;
alter table letters drop constraint letters_pkey;
alter table letters add primary key (tender_id, kind);

-- +goose Down
alter table letters drop constraint letters_pkey;
alter table letters add primary key (tender_id);
alter table letters drop column kind;
