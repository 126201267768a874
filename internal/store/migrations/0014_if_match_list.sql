-- If-Match is a list of versions (RFC 9110 §13.1.1); null still says any version.

-- +goose Up
alter table commands alter column if_match type jsonb
    using case when if_match is not null then jsonb_build_array(if_match) end;

-- +goose Down
alter table commands alter column if_match type bigint using (if_match ->> 0)::bigint;
