import type { FlexibleServer } from "./flexible-server.ts";

/** Someone in the tenant, as Microsoft Graph would answer for it. */
export interface TenantMember {
  readonly objectId: string;
  readonly type: "service" | "user" | "group";
  readonly displayName: string;
}

/**
 * What database `postgres` of an Azure server has, and no other database: functions that create roles for identities
 * of the tenant, and list them. Each of them is for Entra administrators only.
 * https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users
 * @param nameColumn what pgaadauth_list_principals calls its first column: the page has `rolename`, servers have `rolname`
 */
export async function installPgaadauth(
  { sql }: Pick<FlexibleServer, "sql">,
  nameColumn: "rolname" | "rolename" = "rolname",
): Promise<void> {
  await sql("postgres", FUNCTIONS.replaceAll("%name_column%", nameColumn));
}

/** Lets the server find an identity when a role is created for it. */
export async function addToTenant({ sql }: Pick<FlexibleServer, "sql">, member: TenantMember): Promise<void> {
  const { objectId, type, displayName } = member;
  await sql("postgres", "INSERT INTO sandbox.tenant VALUES ($1, $2, $3)", [objectId, type, displayName]);
}

/**
 * Sets a role's security label, or removes it. The row is what SECURITY LABEL writes, which itself needs a label
 * provider, a library that only Azure's servers load.
 */
export async function setLabel(
  { sql }: Pick<FlexibleServer, "sql">,
  role: string,
  label: string | null,
  provider = "pgaadauth",
): Promise<void> {
  await sql("postgres", REMOVE_LABEL, [role, provider]);
  if (label !== null) await sql("postgres", ADD_LABEL, [role, provider, label]);
}

/** The label of a role; undefined if it has none. */
export async function labelOf(
  { sql }: Pick<FlexibleServer, "sql">,
  role: string,
): Promise<string | undefined> {
  const [row] = await sql<{ label: string }>("postgres", LABEL, [role]);
  return row?.label;
}

const REMOVE_LABEL =
  "DELETE FROM pg_shseclabel USING pg_roles AS r WHERE objoid = r.oid AND r.rolname = $1 AND provider = $2";
const ADD_LABEL =
  "INSERT INTO pg_shseclabel SELECT oid, 'pg_authid'::regclass, $2, $3 FROM pg_roles WHERE rolname = $1";
const LABEL = `
SELECT label FROM pg_shseclabel JOIN pg_roles AS r ON r.oid = objoid AND classoid = 'pg_authid'::regclass
WHERE r.rolname = $1 AND provider = 'pgaadauth'`;

const FUNCTIONS = `
CREATE SCHEMA IF NOT EXISTS sandbox;
CREATE TABLE IF NOT EXISTS sandbox.tenant (object_id text PRIMARY KEY, type text NOT NULL, display_name text NOT NULL);
CREATE OR REPLACE VIEW sandbox.label AS
  SELECT r.oid AS role, r.rolname, s.label,
         substring(s.label FROM 'oid=([^,]*)') AS object_id, substring(s.label FROM 'type=([^,]*)') AS type,
         s.label ~ ',admin(,|$)' AS is_admin, s.label ~ ',mfa(,|$)' AS is_mfa
  FROM pg_shseclabel AS s JOIN pg_roles AS r ON r.oid = s.objoid
  WHERE s.classoid = 'pg_authid'::regclass AND s.provider = 'pgaadauth' AND s.label LIKE 'aadauth,%';

CREATE OR REPLACE FUNCTION sandbox.check_administrator(function text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sandbox.label WHERE rolname = SESSION_USER AND is_admin) THEN
    RAISE insufficient_privilege USING MESSAGE = 'permission denied for function ' || function;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION sandbox.set_label(role name, label text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM pg_shseclabel WHERE provider = 'pgaadauth' AND objoid = (SELECT oid FROM pg_roles WHERE rolname = role);
  INSERT INTO pg_shseclabel SELECT oid, 'pg_authid'::regclass, 'pgaadauth', label FROM pg_roles WHERE rolname = role;
$$;

DROP FUNCTION IF EXISTS pg_catalog.pgaadauth_list_principals(boolean);
CREATE FUNCTION pg_catalog.pgaadauth_list_principals(isadminvalue boolean)
RETURNS TABLE (%name_column% name, principaltype text, objectid text, tenantid text, ismfa integer, isadmin integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sandbox.check_administrator('pgaadauth_list_principals');
  RETURN QUERY SELECT l.rolname, l.type, l.object_id, ''::text, l.is_mfa::int, l.is_admin::int
               FROM sandbox.label AS l WHERE l.is_admin OR NOT isadminvalue ORDER BY 1;
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(
  rolename text, objectid text, objecttype text, isadmin boolean, ismfa boolean)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  actual text := (SELECT type FROM sandbox.tenant WHERE object_id = lower(objectid));
BEGIN
  PERFORM sandbox.check_administrator('pgaadauth_create_principal_with_oid');
  IF actual IS NULL THEN
    RAISE 'Could not validate AAD user % because its name is not found in the tenant.', objectid USING ERRCODE = 'XX000';
  ELSIF actual <> objecttype THEN
    RAISE 'incorrect object type provided for principal, given object type: ''%'', actual object type: ''%''',
      objecttype, actual USING ERRCODE = 'XX000';
  END IF;
  EXECUTE format('CREATE ROLE %I LOGIN', rolename);
  IF isadmin THEN
    EXECUTE format('ALTER ROLE %I CREATEROLE CREATEDB', rolename);
    EXECUTE format('GRANT azure_pg_admin TO %I', rolename);
  END IF;
  -- What the creator of a role gets from 16 on, as was seen on Azure for this function too.
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', rolename, SESSION_USER);
  END IF;
  PERFORM sandbox.set_label(rolename, format('aadauth,oid=%s,type=%s', lower(objectid), objecttype)
    || CASE WHEN isadmin THEN ',admin' ELSE '' END || CASE WHEN ismfa THEN ',mfa' ELSE '' END);
  RETURN format('Created role for "%s"', rolename);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal(rolename text, isadmin boolean, ismfa boolean)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found sandbox.tenant[] := (SELECT array_agg(t) FROM sandbox.tenant AS t WHERE display_name = rolename);
BEGIN
  PERFORM sandbox.check_administrator('pgaadauth_create_principal');
  IF found IS NULL THEN
    RAISE 'Could not validate AAD user % because its name is not found in the tenant.', rolename USING ERRCODE = 'XX000';
  ELSIF cardinality(found) > 1 THEN
    RAISE 'Cannot validate Microsoft Entra ID user because its name isn''t unique' USING ERRCODE = 'XX000';
  END IF;
  RETURN pg_catalog.pgaadauth_create_principal_with_oid(
    rolename, found[1].object_id, found[1].type, isadmin, ismfa);
END $$;

-- For the proxy in front of the server (label-proxy.ts), which sends SECURITY LABEL here.
CREATE OR REPLACE FUNCTION sandbox.security_label(statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part text[];
BEGIN
  BEGIN
    EXECUTE statement; -- the server reads the statement, and finds that it has no such label provider
  EXCEPTION WHEN invalid_parameter_value THEN
    IF SQLERRM <> 'security label provider "pgaadauth" is not loaded' THEN RAISE; END IF;
  END;
  PERFORM sandbox.check_administrator('security_label');
  part := regexp_match(statement, '^SECURITY LABEL FOR "pgaadauth" ON ROLE ("(?:[^"]|"")+") IS ''([^'']*)'';?$');
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = (parse_ident(part[1]))[1]) THEN
    RAISE undefined_object USING MESSAGE = format('role %s does not exist', part[1]);
  END IF;
  PERFORM sandbox.set_label((parse_ident(part[1]))[1]::name, part[2]);
END $$;
GRANT USAGE ON SCHEMA sandbox TO PUBLIC;
`;
