import type { FlexibleServer } from "./flexible-server.ts";

/** The one tenant of a server, and of every identity here. */
export const TENANT_ID = "3f0c6a52-7b1e-4d35-9a8e-5d2f8f6b1c01";

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
  const functions = FUNCTIONS.replaceAll("%name_column%", nameColumn).replaceAll("%tenant%", TENANT_ID);
  await sql("postgres", functions);
}

/** Lets the server find an identity when a role is created for it. */
export async function addToTenant({ sql }: Pick<FlexibleServer, "sql">, member: TenantMember): Promise<void> {
  const { objectId, type, displayName } = member;
  await sql("postgres", "INSERT INTO sandbox.tenant VALUES ($1, $2, $3)", [objectId, type, displayName]);
}

/**
 * What a server keeps for a role, by label provider: `pgaadauth` has the label as it was given, such as `aadauth` for a
 * role made by name, and `pgaadauth-int` has the identity that the server found for it.
 */
export type Provider = "pgaadauth" | "pgaadauth-int";

/**
 * Binds a role to an identity, as `SECURITY LABEL FOR "pgaadauth"` does on Azure: both labels are written. The statement
 * itself needs a label provider, a library that only Azure's servers load.
 */
export async function bind({ sql }: Pick<FlexibleServer, "sql">, role: string, label: string): Promise<void> {
  await sql("postgres", "SELECT sandbox.set_label($1, $2)", [role, label]);
}

/** Sets the label of a role for one provider only, or removes it. */
export async function setLabel(
  { sql }: Pick<FlexibleServer, "sql">,
  role: string,
  label: string | null,
  provider: Provider | "selinux" = "pgaadauth",
): Promise<void> {
  await sql("postgres", REMOVE_LABEL, [role, provider]);
  if (label !== null) await sql("postgres", ADD_LABEL, [role, provider, label]);
}

/** The label of a role; undefined if it has none. */
export async function labelOf(
  { sql }: Pick<FlexibleServer, "sql">,
  role: string,
  provider: Provider = "pgaadauth",
): Promise<string | undefined> {
  const [row] = await sql<{ label: string }>("postgres", LABEL, [role, provider]);
  return row?.label;
}

const REMOVE_LABEL =
  "DELETE FROM pg_shseclabel USING pg_roles AS r WHERE objoid = r.oid AND r.rolname = $1 AND provider = $2";
const ADD_LABEL =
  "INSERT INTO pg_shseclabel SELECT oid, 'pg_authid'::regclass, $2, $3 FROM pg_roles WHERE rolname = $1";
const LABEL = `
SELECT label FROM pg_shseclabel JOIN pg_roles AS r ON r.oid = objoid AND classoid = 'pg_authid'::regclass
WHERE r.rolname = $1 AND provider = $2`;

const FUNCTIONS = `
CREATE SCHEMA IF NOT EXISTS sandbox;
CREATE TABLE IF NOT EXISTS sandbox.tenant (object_id text PRIMARY KEY, type text NOT NULL, display_name text NOT NULL);
CREATE OR REPLACE VIEW sandbox.label AS
  SELECT r.oid AS role, r.rolname, s.label,
         substring(s.label FROM 'oid=([^,]*)') AS object_id, substring(s.label FROM 'type=([^,]*)') AS type,
         s.label ~ ',admin(,|$)' AS is_admin, s.label ~ ',mfa(,|$)' AS is_mfa
  FROM pg_shseclabel AS s JOIN pg_roles AS r ON r.oid = s.objoid
  WHERE s.classoid = 'pg_authid'::regclass AND s.provider = 'pgaadauth-int';

CREATE OR REPLACE FUNCTION sandbox.check_administrator(function text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sandbox.label WHERE rolname = SESSION_USER AND is_admin) THEN
    RAISE insufficient_privilege USING MESSAGE = 'permission denied for function ' || function;
  END IF;
END $$;

-- A label without an object ID is looked up in the tenant by the role's name, and one with an object ID is taken as it is.
CREATE OR REPLACE FUNCTION sandbox.set_label(role name, label text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  named sandbox.tenant[] := (SELECT array_agg(t) FROM sandbox.tenant AS t WHERE display_name = role);
  object_id text := substring(label FROM ',oid=([^,]*)');
  type text := substring(label FROM ',type=([^,]*)');
BEGIN
  IF object_id IS NULL THEN
    IF named IS NULL THEN
      RAISE 'Could not validate AAD user % because its name is not found in the tenant.', role USING ERRCODE = 'XX000';
    ELSIF cardinality(named) > 1 THEN
      RAISE 'Cannot validate Microsoft Entra ID user because its name isn''t unique' USING ERRCODE = 'XX000';
    END IF;
    object_id := named[1].object_id;
    type := named[1].type;
  END IF;
  DELETE FROM pg_shseclabel AS s WHERE s.objoid = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = role);
  INSERT INTO pg_shseclabel
    SELECT r.oid, 'pg_authid'::regclass, each.provider, each.text
    FROM pg_roles AS r, (VALUES
      ('pgaadauth', label),
      ('pgaadauth-int', format('type=%s,oid=%s,tenant_id=%tenant%', type, object_id)
        || coalesce(substring(label FROM ',admin'), '') || coalesce(substring(label FROM ',mfa'), ''))
    ) AS each (provider, text)
    WHERE r.rolname = role;
END $$;

DROP FUNCTION IF EXISTS pg_catalog.pgaadauth_list_principals(boolean);
CREATE FUNCTION pg_catalog.pgaadauth_list_principals(isadminvalue boolean)
RETURNS TABLE (%name_column% name, principaltype text, objectid text, tenantid text, ismfa integer, isadmin integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sandbox.check_administrator('pgaadauth_list_principals');
  RETURN QUERY SELECT l.rolname, l.type, l.object_id, ''::text, l.is_mfa::int, l.is_admin::int
               FROM sandbox.label AS l WHERE l.is_admin OR NOT isadminvalue ORDER BY 1;
END $$;

CREATE OR REPLACE FUNCTION sandbox.create_role(rolename text, label text, isadmin boolean, ismfa boolean)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE ROLE %I LOGIN', rolename);
  IF isadmin THEN
    EXECUTE format('ALTER ROLE %I CREATEROLE CREATEDB', rolename);
    EXECUTE format('GRANT azure_pg_admin TO %I', rolename);
  END IF;
  -- What the creator of a role gets from 16 on, as was seen on Azure for this function too.
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', rolename, SESSION_USER);
  END IF;
  PERFORM sandbox.set_label(rolename::name,
    label || CASE WHEN isadmin THEN ',admin' ELSE '' END || CASE WHEN ismfa THEN ',mfa' ELSE '' END);
  RETURN format('Created role for "%s"', rolename);
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
  RETURN sandbox.create_role(
    rolename, format('aadauth,oid=%s,type=%s', lower(objectid), objecttype), isadmin, ismfa);
END $$;

CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal(rolename text, isadmin boolean, ismfa boolean)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sandbox.check_administrator('pgaadauth_create_principal');
  RETURN sandbox.create_role(rolename, 'aadauth', isadmin, ismfa);
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
