#!/bin/sh
# Run once by the postgres container on an empty volume: the roles of roles.sql, with the passwords of the environment.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /mom/roles.sql
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
ALTER ROLE owner PASSWORD :'owner_password';
ALTER ROLE app PASSWORD :'app_password';
SQL
