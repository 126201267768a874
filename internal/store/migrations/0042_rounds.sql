-- A lot can be negotiated or discussed in rounds, each with a box of its own: what it received is scored, and quality
-- locked, box by box. A box can take solutions.

-- +goose Up
ALTER TABLE boxes DROP CONSTRAINT boxes_hands_in_check;
ALTER TABLE boxes ADD CONSTRAINT boxes_hands_in_check CHECK (hands_in IN ('tender', 'request', 'solution'));
ALTER TABLE boxes ADD COLUMN talks text NOT NULL DEFAULT '' CHECK (talks IN ('', 'negotiation', 'dialogue'));
ALTER TABLE boxes ADD COLUMN quality_locked_at timestamptz CHECK (quality_locked_at IS NULL OR unsealed_at IS NOT NULL);
DROP TRIGGER rows_kept ON boxes;
DROP TRIGGER rows_kept ON lot_awards;
UPDATE boxes b SET quality_locked_at = a.quality_locked_at FROM lot_awards a
    WHERE a.lot_id = b.lot_id AND b.hands_in = 'tender' AND b.unsealed_at IS NOT NULL;
ALTER TABLE lot_awards DROP COLUMN quality_locked_at;
-- The tenders of the further partners of an innovation partnership, separated by blanks.
ALTER TABLE lot_awards ADD COLUMN partners text COLLATE "C" NOT NULL DEFAULT '';
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone', 'closed_at unsealed_at quality_locked_at');
CALL keep_rows('lot_awards', '',
    'awarded_at winner_id partners ranking letters_at standstill_until standstill standstill_over_at');

-- How the phases of innovation partnerships ended; partners are the tenders of those who go on, separated by blanks.
CREATE TABLE partnership_phases (
    lot_id   ppi_id      NOT NULL REFERENCES lots,
    phase    text        NOT NULL CHECK (phase ~ '^[a-z0-9_-]{1,60}$'),
    outcome  text        NOT NULL CHECK (outcome IN ('continue', 'purchase', 'stop')),
    partners text        COLLATE "C" NOT NULL CHECK ((partners = '') = (outcome = 'stop')),
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (lot_id, phase)
);
CALL make_append_only('partnership_phases');

-- +goose Down
DROP TABLE partnership_phases;
DROP TRIGGER rows_kept ON lot_awards;
DROP TRIGGER rows_kept ON boxes;
CALL keep_rows('boxes', 'deadline deadline_local deadline_zone', 'closed_at unsealed_at');
ALTER TABLE lot_awards DROP COLUMN partners;
ALTER TABLE lot_awards ADD COLUMN quality_locked_at timestamptz;
UPDATE lot_awards a SET quality_locked_at = b.quality_locked_at FROM boxes b
    WHERE b.lot_id = a.lot_id AND b.quality_locked_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM boxes later WHERE later.lot_id = b.lot_id AND later.opened_at > b.opened_at);
ALTER TABLE lot_awards ADD CONSTRAINT lot_awards_check2 CHECK (awarded_at IS NULL OR quality_locked_at IS NOT NULL);
ALTER TABLE boxes DROP COLUMN quality_locked_at;
ALTER TABLE boxes DROP COLUMN talks;
ALTER TABLE boxes DROP CONSTRAINT boxes_hands_in_check;
ALTER TABLE boxes ADD CONSTRAINT boxes_hands_in_check CHECK (hands_in IN ('tender', 'request'));
CALL keep_rows('lot_awards', '',
    'quality_locked_at awarded_at winner_id ranking letters_at standstill_until standstill standstill_over_at');
