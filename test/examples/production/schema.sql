--
-- What pg_dump --create --schema-only writes for the database orders, and pg_dump --data-only for its history, shortened,
-- and with INSERT instead of COPY.
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET row_security = off;

CREATE DATABASE orders WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8';


ALTER DATABASE orders OWNER TO "ci-admin";

\connect orders

SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET row_security = off;

ALTER SCHEMA public OWNER TO azure_pg_admin;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.customers (
    id bigint NOT NULL,
    email text NOT NULL
);


ALTER TABLE public.customers OWNER TO migrator;

ALTER TABLE public.customers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.schema_migrations (
    version text NOT NULL
);


ALTER TABLE public.schema_migrations OWNER TO migrator;

REVOKE CONNECT,TEMPORARY ON DATABASE orders FROM PUBLIC;
GRANT CONNECT ON DATABASE orders TO migrator;
GRANT CONNECT ON DATABASE orders TO aad_orders;

GRANT ALL ON SCHEMA public TO migrator;
GRANT USAGE ON SCHEMA public TO aad_orders;
GRANT ALL ON SCHEMA public TO billing_owner;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.customers TO aad_orders;

GRANT SELECT,USAGE ON SEQUENCE public.customers_id_seq TO aad_orders;

ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT SELECT,USAGE ON SEQUENCES TO aad_orders;

ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO aad_orders;

--
-- PostgreSQL database dump complete
--

SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

INSERT INTO public.schema_migrations VALUES ('20260101000000');
