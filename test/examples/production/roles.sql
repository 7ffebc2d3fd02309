--
-- What pg_dumpall --roles-only --no-role-passwords --no-security-labels writes for a flexible server, shortened: Azure's
-- own roles and grants are those of dumps of real servers, and azure_only is a predefined role that only Azure has.
--

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE aad_orders;
ALTER ROLE aad_orders WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE azure_pg_admin;
ALTER ROLE azure_pg_admin WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE azuresu;
ALTER ROLE azuresu WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE billing_owner;
ALTER ROLE billing_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE "ci-admin";
ALTER ROLE "ci-admin" WITH NOSUPERUSER INHERIT CREATEROLE CREATEDB LOGIN NOREPLICATION BYPASSRLS;
CREATE ROLE migrator;
ALTER ROLE migrator WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE replication;
ALTER ROLE replication WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN REPLICATION NOBYPASSRLS;

--
-- User Configurations
--

--
-- User Config "azuresu"
--

ALTER ROLE azuresu SET search_path TO 'pg_catalog';


--
-- Role memberships
--

GRANT aad_orders TO "ci-admin" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY azuresu;
GRANT azure_only TO azure_pg_admin WITH ADMIN OPTION, INHERIT TRUE GRANTED BY azuresu;
GRANT azure_pg_admin TO "ci-admin" WITH ADMIN OPTION, INHERIT TRUE GRANTED BY azuresu;
GRANT billing_owner TO "ci-admin" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY azuresu;
GRANT billing_owner TO migrator WITH INHERIT TRUE GRANTED BY "ci-admin";
GRANT migrator TO "ci-admin" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY azuresu;
GRANT pg_monitor TO azure_pg_admin WITH ADMIN OPTION, INHERIT TRUE GRANTED BY azuresu;
GRANT pg_read_all_settings TO "ci-admin" WITH ADMIN OPTION, INHERIT TRUE GRANTED BY azuresu;
GRANT pg_use_reserved_connections TO replication WITH INHERIT TRUE GRANTED BY azuresu;


--
-- Role privileges on configuration parameters
--

GRANT SET ON PARAMETER session_replication_role TO azure_pg_admin;


--
-- PostgreSQL database cluster dump complete
--
