-- A command is finished only when the run of its procurement has the outcome in its history. The label says to a
-- person who asks what.

-- +goose Up
alter table commands add told_at timestamptz, add label text not null default '';
update commands set told_at = done_at;
create index commands_untold on commands (procurement_id) where told_at is null;

-- +goose Down
drop index commands_untold;
alter table commands drop told_at, drop label;
