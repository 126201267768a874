-- Who runs the platform need not say in which country: there is no code of ISO 3166-1 that stands for none.

-- +goose Up
alter table organisations drop constraint organisations_country_check;
alter table organisations alter column country type text;
alter table organisations add constraint organisations_country_check check (country ~ '^([A-Z]{2})?$');

-- +goose Down
alter table organisations drop constraint organisations_country_check;
alter table organisations alter column country type char(2);
alter table organisations add constraint organisations_country_check check (country ~ '^[A-Z]{2}$');
