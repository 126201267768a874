-- Tenderers are told of an award once an awarder has signed it. unsigned is the number of the last event of a release in
-- which nobody signed awards; 0: there is none. The column gets its value as its default: rows of the table never change.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('ALTER TABLE followed ADD COLUMN unsigned bigint NOT NULL DEFAULT %s',
        (SELECT coalesce(max(ordinal), 0) FROM events));
END $$;
-- +goose StatementEnd
ALTER TABLE followed ALTER COLUMN unsigned DROP DEFAULT;

-- +goose Down
ALTER TABLE followed DROP COLUMN unsigned;
