-- What suppliers ask about the tender pack, and what is answered to all. Who asks is told to nobody.

-- +goose Up
CREATE TABLE questions (
    id              ppi_id PRIMARY KEY CHECK (id LIKE 'qst\_%'),
    procurement_id  ppi_id NOT NULL REFERENCES procurements,
    lot_id          ppi_id REFERENCES lots,
    organisation_id ppi_id NOT NULL REFERENCES organisations,
    person_id       ppi_id NOT NULL REFERENCES people,
    number          int NOT NULL CHECK (number > 0),
    language        text NOT NULL,
    text            text NOT NULL CHECK (text <> ''),
    asked_at        timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    version         bigint NOT NULL DEFAULT 1 CHECK (version > 0),
    asks            jsonb NOT NULL DEFAULT '{}',
    answer          jsonb NOT NULL DEFAULT '{}',
    drafted_by      ppi_id REFERENCES people,
    drafted_at      timestamptz,
    reference       text NOT NULL DEFAULT '',
    published_at    timestamptz,
    set_aside       text NOT NULL DEFAULT '',
    set_aside_at    timestamptz,
    UNIQUE (procurement_id, organisation_id, number),
    CHECK ((drafted_by IS NULL) = (drafted_at IS NULL)),
    CHECK ((reference = '') = (published_at IS NULL)),
    CHECK ((set_aside = '') = (set_aside_at IS NULL)),
    CHECK (published_at IS NULL OR drafted_at IS NOT NULL AND set_aside_at IS NULL)
);
CREATE UNIQUE INDEX questions_reference ON questions (procurement_id, reference) WHERE reference <> '';
CALL keep_rows('questions', 'version asks answer drafted_by drafted_at', 'reference published_at set_aside set_aside_at');

-- When the last day for answers is over, by the law that governs: a question about the lot of the box that is not
-- answered by then lengthens its deadline (Directive 2014/24/EU, Article 47(3)(a)). Counted anew whenever the deadline
-- moves; checked_at is when it was looked at.
CREATE TABLE answer_limits (
    box_id         ppi_id PRIMARY KEY REFERENCES boxes,
    procurement_id ppi_id NOT NULL REFERENCES procurements,
    due_at         timestamptz NOT NULL,
    checked_at     timestamptz
);
CREATE INDEX answer_limits_waiting ON answer_limits (procurement_id) WHERE checked_at IS NULL;

-- What falls due by itself is nobody's act.
ALTER TABLE notices ALTER COLUMN person_id DROP NOT NULL;
ALTER TABLE documents ALTER COLUMN author_id DROP NOT NULL;
ALTER TABLE document_versions ALTER COLUMN author_id DROP NOT NULL;
ALTER TABLE uploads ALTER COLUMN person_id DROP NOT NULL,
    ADD CONSTRAINT uploads_uploaded CHECK (purpose = 'rendering' OR person_id IS NOT NULL);

-- +goose Down
ALTER TABLE uploads DROP CONSTRAINT uploads_uploaded, ALTER COLUMN person_id SET NOT NULL;
ALTER TABLE document_versions ALTER COLUMN author_id SET NOT NULL;
ALTER TABLE documents ALTER COLUMN author_id SET NOT NULL;
ALTER TABLE notices ALTER COLUMN person_id SET NOT NULL;
DROP TABLE answer_limits, questions;
