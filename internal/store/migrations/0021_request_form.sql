-- What is kept of an act changes its form with the acts. A row says in which form it is; form 0 is what releases before
-- this migration kept, which nobody can tell apart any more.

-- +goose Up
alter table requests add column form smallint not null default 0 check (form >= 0);
alter table requests alter column form set default 1;

-- +goose Down
alter table requests drop column form;
