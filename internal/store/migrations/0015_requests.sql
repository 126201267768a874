-- What is kept of an act is what came of it; how an answer shows that is the business of who answers.

-- +goose Up
alter table requests drop column status, drop column etag;

-- +goose Down
alter table requests add column status smallint not null default 201 check (status between 200 and 599),
    add column etag text not null default '';
