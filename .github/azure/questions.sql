-- What Azure's documentation does not say about an administrator, asked of the server. .github/workflows/azure.yml runs
-- this with psql as a Microsoft Entra administrator, in a database whose table orders belongs to migrator. Errors are
-- answers. Nothing stays: each attempt is rolled back.
\set ON_ERROR_STOP off
\set VERBOSITY verbose
\pset pager off

\echo '## Who am I?'
SELECT version();
SELECT current_user, session_user;
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolbypassrls
FROM pg_catalog.pg_roles WHERE rolname IN (current_user, 'azure_pg_admin', 'azuresu', 'migrator') ORDER BY rolname;
SELECT current_setting('createrole_self_grant', true) AS createrole_self_grant;

\echo '## Who is a member of whom, and how?'
SELECT roleid::regrole AS role, member::regrole, grantor::regrole, pg_catalog.to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor' AS options
FROM pg_catalog.pg_auth_members AS m ORDER BY 1, 2, 3;

\echo '## Whose is the schema public, and who may what in it?'
SELECT nspowner::regrole, nspacl FROM pg_catalog.pg_namespace WHERE nspname = 'public';
SELECT datname, datdba::regrole, datacl FROM pg_catalog.pg_database ORDER BY 1;

\echo '## May an administrator read a table of migrator''s?'
SELECT pg_catalog.has_table_privilege('public.orders', 'SELECT') AS predicted;
SELECT count(*) FROM public.orders;

\echo '## May an administrator grant on a table of migrator''s?'
BEGIN;
GRANT SELECT ON public.orders TO aad_orders;
SELECT relacl FROM pg_catalog.pg_class WHERE oid = 'public.orders'::regclass;
ROLLBACK;

\echo '## May an administrator act as migrator?'
SELECT pg_catalog.pg_has_role('migrator', 'MEMBER') AS member, pg_catalog.pg_has_role('migrator', 'USAGE') AS usage;
BEGIN;
SET LOCAL ROLE migrator;
SELECT current_user;
ROLLBACK;

\echo '## May an administrator set default privileges for migrator?'
BEGIN;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT SELECT ON TABLES TO aad_orders;
ROLLBACK;

\echo '## May an administrator make itself a member of migrator, and then grant?'
BEGIN;
GRANT migrator TO CURRENT_USER;
GRANT SELECT ON public.orders TO aad_orders;
ROLLBACK;

\echo '## May an administrator read security labels, and what do they look like?'
SELECT objoid::regrole AS role, provider, label FROM pg_catalog.pg_shseclabel ORDER BY 1;

\echo '## What is the text where a function exists in database postgres only?'
SELECT * FROM pgaadauth_list_principals(false);

\echo '## What are the columns of pgaadauth_list_principals?'
\connect postgres
SELECT * FROM pgaadauth_list_principals(false);

\echo '## Does SECURITY LABEL FOR pgaadauth change the label for pgaadauth-int, too?'
BEGIN;
SELECT format('SECURITY LABEL FOR "pgaadauth" ON ROLE aad_orders IS %L', label)
FROM pg_catalog.pg_shseclabel WHERE objoid = 'migrator'::regrole AND provider = 'pgaadauth' \gexec
SELECT provider, label FROM pg_catalog.pg_shseclabel WHERE objoid = 'aad_orders'::regrole ORDER BY 1;
ROLLBACK;
