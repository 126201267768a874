-- The region of an organisation (ISO 3166-2): its holidays are those by which its acts are due.

-- +goose Up
ALTER TABLE organisations ADD COLUMN region text NOT NULL DEFAULT '';
DROP TRIGGER rows_kept ON organisations;
CALL keep_rows('organisations', 'legal_name country region sme less_developed_region version', '');

-- +goose Down
DROP TRIGGER rows_kept ON organisations;
CALL keep_rows('organisations', 'legal_name country sme less_developed_region version', '');
ALTER TABLE organisations DROP COLUMN region;
