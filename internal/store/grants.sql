-- What the application's role may do, derived from the tables there are, so that no migration can forget it:
-- it reads everything, inserts into append-only tables (those with the trigger append_only), writes the rest,
-- and owns nothing. :application is replaced by the quoted name of the role.
DO $grants$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT c.oid::regclass AS name,
               EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'append_only') AS append_only,
               c.relname = 'goose_db_version' AS of_migrations
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, :application', t.name);
        EXECUTE format('GRANT %s ON %s TO :application', CASE
            WHEN t.of_migrations THEN 'SELECT'
            WHEN t.append_only THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE'
        END, t.name);
    END LOOP;
END $grants$;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :application;
-- Number and transaction of an event are the database's alone.
REVOKE INSERT ON events FROM :application;
GRANT INSERT (id, procurement_id, type, actor_id, at, recorded_at, data, canonical) ON events TO :application;

GRANT EXECUTE ON FUNCTION erase_part(ppi_id, text) TO :application;
