-- An award can be set aside before a contract is signed, and the lot awarded anew: each decision on a lot has a row of its
-- own, numbered from 1, and none is overwritten.

-- +goose Up
DROP TRIGGER rows_kept ON lot_awards;
ALTER TABLE lot_awards ADD COLUMN n int NOT NULL DEFAULT 1 CHECK (n BETWEEN 1 AND 1000);
ALTER TABLE lot_awards DROP CONSTRAINT lot_awards_pkey;
ALTER TABLE lot_awards ADD PRIMARY KEY (lot_id, n);
CALL keep_rows('lot_awards', '',
    'awarded_at winner_id partners ranking letters_at standstill_until standstill standstill_over_at');

-- Why the n-th decision on a lot was set aside: after a review that was upheld, which names the flawed step, or because
-- the winner with this tender fell away.
CREATE TABLE set_asides (
    lot_id       ppi_id      NOT NULL,
    n            int         NOT NULL,
    ground       text        NOT NULL CHECK (ground ~ '^[a-z]+(_[a-z]+)*$'),
    review_id    text        COLLATE "C" NOT NULL,
    flaw         text        NOT NULL CHECK (flaw ~ '^[a-z_]*$'),
    tender_id    text        COLLATE "C" NOT NULL,
    set_aside_at timestamptz NOT NULL,
    PRIMARY KEY (lot_id, n),
    FOREIGN KEY (lot_id, n) REFERENCES lot_awards,
    CHECK ((review_id = '') = (flaw = '') AND (review_id = '') <> (tender_id = ''))
);
CALL make_append_only('set_asides');

-- Quality is unlocked only where a review body found the flaw in it.
DROP TRIGGER rows_kept ON boxes;
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone quality_locked_at', 'closed_at unsealed_at');

-- +goose Down
DROP TRIGGER rows_kept ON boxes;
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone', 'closed_at unsealed_at quality_locked_at');
DROP TABLE set_asides;
DROP TRIGGER rows_kept ON lot_awards;
DELETE FROM lot_awards a WHERE EXISTS (SELECT FROM lot_awards later WHERE later.lot_id = a.lot_id AND later.n > a.n);
ALTER TABLE lot_awards DROP CONSTRAINT lot_awards_pkey;
ALTER TABLE lot_awards ADD PRIMARY KEY (lot_id);
ALTER TABLE lot_awards DROP COLUMN n;
CALL keep_rows('lot_awards', '',
    'awarded_at winner_id partners ranking letters_at standstill_until standstill standstill_over_at');
