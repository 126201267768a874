-- A stage is a step of a procedure. How far a lot has come since its tenders were opened is its award.

-- +goose Up
alter table lot_stages rename to lot_awards;
alter index lot_stages_pkey rename to lot_awards_pkey;

-- +goose Down
alter index lot_awards_pkey rename to lot_stages_pkey;
alter table lot_awards rename to lot_stages;
