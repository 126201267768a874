-- What is published of the record is rendered into documents, which are kept as they were published. rendering names
-- the rendering of which a document holds the versions, such as tender-pack.en.html; empty: it was uploaded.

-- +goose Up
ALTER TABLE uploads DROP CONSTRAINT uploads_purpose_check,
    ADD CONSTRAINT uploads_purpose_check CHECK (purpose IN ('document', 'envelope', 'rendering'));
ALTER TABLE documents ADD COLUMN rendering text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX documents_rendering ON documents (procurement_id, rendering) WHERE rendering <> '';

-- +goose Down
DROP INDEX documents_rendering;
ALTER TABLE documents DROP COLUMN rendering;
ALTER TABLE uploads DROP CONSTRAINT uploads_purpose_check,
    ADD CONSTRAINT uploads_purpose_check CHECK (purpose IN ('document', 'envelope'));
