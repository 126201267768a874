#!/bin/sh
# Runs once, on an empty volume: the roles and databases of the engine and of Temporal. The owner of the
# record migrates it; the application's role may only do what the migrations grant.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password PPI_OWNER_PASSWORD
\getenv app_password PPI_APP_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

CREATE ROLE ppi_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE ppi_app LOGIN PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';

CREATE DATABASE ppi OWNER ppi_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

REVOKE ALL ON DATABASE ppi, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE ppi TO ppi_app;
SQL
