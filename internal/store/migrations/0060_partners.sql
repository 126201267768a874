-- Members that do not buy: knowledge partners, cluster organisations, universities. Whoever was a member buys.

-- +goose Up
ALTER TABLE consortium_members
    ADD COLUMN kind text NOT NULL DEFAULT 'buyer' CHECK (kind IN ('buyer', 'partner')),
    ADD CONSTRAINT consortium_members_partner CHECK (kind = 'buyer' OR NOT lead AND budget_share IS NULL);

-- +goose Down
ALTER TABLE consortium_members DROP CONSTRAINT consortium_members_partner, DROP COLUMN kind;
