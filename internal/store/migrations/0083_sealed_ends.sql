-- A lot can end because its box cannot be opened: its openers withhold what they would have to release, or too few are
-- left. And where only the prices of the best are opened, further prices are released in a turn of their own.

-- +goose Up

-- How far the opening of a box had come when its lot ended because it could not be opened, and which openers had
-- released, could have and had not, or could not any more.
CREATE TABLE sealed_ends (
    lot_id   ppi_id      PRIMARY KEY REFERENCES lots,
    box_id   ppi_id      NOT NULL REFERENCES boxes,
    kind     text        NOT NULL,
    ground   text        NOT NULL CHECK (ground ~ '^[a-z]+(_[a-z]+)*$'),
    needed   int         NOT NULL CHECK (needed > 1),
    released text[]      NOT NULL,
    withheld text[]      NOT NULL,
    lost     text[]      NOT NULL,
    ended_at timestamptz NOT NULL,
    CHECK (cardinality(released) < needed)
);
CALL make_append_only('sealed_ends');

ALTER TABLE box_releases ADD COLUMN turn int NOT NULL DEFAULT 1 CHECK (turn BETWEEN 1 AND 1000);
ALTER TABLE box_releases DROP CONSTRAINT box_releases_pkey;
ALTER TABLE box_releases ADD PRIMARY KEY (box_id, kind, turn, person_id);
ALTER TABLE box_handovers ADD COLUMN turn int NOT NULL DEFAULT 1 CHECK (turn BETWEEN 1 AND 1000);

-- +goose Down
-- +goose StatementBegin
DO $$ BEGIN
    IF EXISTS (SELECT FROM box_releases WHERE turn > 1) OR EXISTS (SELECT FROM box_handovers WHERE turn > 1) THEN
        RAISE EXCEPTION 'prices were released in a further turn, which earlier releases do not know';
    END IF;
END $$;
-- +goose StatementEnd
ALTER TABLE box_handovers DROP COLUMN turn;
ALTER TABLE box_releases DROP CONSTRAINT box_releases_pkey;
ALTER TABLE box_releases ADD PRIMARY KEY (box_id, kind, person_id);
ALTER TABLE box_releases DROP COLUMN turn;
DROP TABLE sealed_ends;
