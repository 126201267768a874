#!/bin/sh
# Brings Temporal's two databases to the schema of this version; repeating it changes nothing.
# The connection is in SQL_HOST, SQL_PORT, SQL_PLUGIN, SQL_USER and SQL_PASSWORD.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
	database=${pair%%:*}
	schema=${pair#*:}
	temporal-sql-tool --database "$database" setup-schema --version 0.0
	temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/$schema"
done
