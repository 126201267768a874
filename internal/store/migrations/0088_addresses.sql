-- Where an organisation receives post: notices, letters and the individual report name it (Directive 2014/24/EU,
-- Article 84(1)(a)).

-- +goose Up
ALTER TABLE organisations ADD COLUMN address jsonb;
DROP TRIGGER rows_kept ON organisations;
CALL keep_rows('organisations', 'legal_name country region address sme less_developed_region version', '');

-- +goose Down
DROP TRIGGER rows_kept ON organisations;
CALL keep_rows('organisations', 'legal_name country region sme less_developed_region version', '');
ALTER TABLE organisations DROP COLUMN address;
