import pg from "pg";
import { isRoutine, type Kind } from "../../src/model/kinds.ts";
import { SEQUENCE_PRIVILEGES } from "../../src/model/privileges.ts";
import type { Version } from "../sandbox/postgres.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";

/**
 * Finds out what roles can do in a database, without the SQL under test: by a statement that needs exactly one privilege,
 * else by has_*_privilege for one role, one object and one privilege.
 */

/** A database, a schema or a relation. */
export interface DatabaseObject {
  readonly kind: Kind;
  /** "" for a database and a schema. */
  readonly schema: string;
  readonly name: string;
  readonly oid: number;
  readonly owner: string;
  readonly ofExtension: boolean;
}

/** The objects, privileges, ACLs and roles of a database at one moment. */
export interface State {
  readonly objects: readonly DatabaseObject[];
  /** `privilegeKey(…)` of everything any role may do, by has_*_privilege. */
  readonly possible: ReadonlySet<string>;
  /** Every item of every ACL, objects', columns' and default privileges', by its text. */
  readonly acls: ReadonlyMap<string, AclRow>;
  readonly roles: ReadonlyMap<string, RoleRow>;
  /** Roles and memberships as they are. */
  readonly memberships: string;
}

export type FutureKind = "tables" | "sequences" | "routines";

interface AclRow {
  readonly kind: Kind;
  readonly schema: string;
  readonly name: string;
  /** The column; for default privileges, the creating role. */
  readonly part: string;
  readonly grantee: string;
  readonly grantor: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

interface RoleRow {
  readonly login: boolean;
  readonly superuser: boolean;
  /** The roles whose privileges it has without SET ROLE, itself included. */
  readonly inherits: readonly string[];
  /** The roles that it may set. */
  readonly settable: readonly string[];
}

/** Names an object as the report does. */
export function keyOf(kind: Kind, schema: string | undefined, name: string): string {
  return JSON.stringify([kind, schema ?? "", name]);
}

/** Names a privilege of a role on an object. */
export function privilegeKey(role: string, privilege: string, key: string): string {
  return `${JSON.stringify(role)} may ${privilege} ${key}`;
}

/**
 * Prepares a session. `attempt` runs statements as a role after a superuser's preparation, returns the result of each,
 * and rolls everything back. `build` runs a statement and returns its error.
 */
export const PREPARE = `
SET search_path = pg_catalog;
SET client_min_messages = error;
CREATE FUNCTION pg_temp.attempt(run_as text, preparation text, statements text[], questions text[]) RETURNS text[]
LANGUAGE plpgsql AS $attempt$
DECLARE answer text; answers text[] = '{}';
BEGIN
  EXECUTE preparation;
  FOR n IN 1 .. cardinality(statements) LOOP
    BEGIN
      EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', run_as);
      EXECUTE statements[n];
      EXECUTE questions[n] INTO answer;
      RAISE EXCEPTION '%', answer USING ERRCODE = 'ZZ000';
    EXCEPTION WHEN OTHERS THEN
      answers = answers || (SQLSTATE || ' ' || SQLERRM);
    END;
  END LOOP;
  RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
  RETURN answers;
END $attempt$;
CREATE FUNCTION pg_temp.build(statement text) RETURNS text
LANGUAGE plpgsql AS $build$
BEGIN
  EXECUTE statement;
  RETURN '';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $build$;
`;

export interface Attempt {
  readonly as: string;
  /** SQL that the superuser runs first. */
  readonly preparation?: string;
  readonly statements: readonly string[];
  /** A query of one value for each statement, asked after it. */
  readonly questions?: readonly string[];
}

/** The result of each statement: "ZZ000 " and the answer where it succeeded, else the server's error. */
export async function attempts(client: pg.Client, tries: readonly Attempt[]): Promise<readonly (readonly string[])[]> {
  const results = [];
  for (const { as, preparation = "SELECT 1", statements, questions } of tries) {
    const asked = questions ?? statements.map(() => "SELECT ''");
    const { rows } = await client.query<{ results: string[] }>(
      "SELECT pg_temp.attempt($1, $2, $3::text[], $4::text[]) AS results",
      [as, preparation, statements, asked],
    );
    results.push(rows[0]?.results ?? []);
  }
  return results;
}

/** Runs the statements. Returns the error of each, or "". */
export async function build(client: pg.Client, statements: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ error: string }>(
    "SELECT pg_temp.build(t.statement) AS error FROM unnest($1::text[]) WITH ORDINALITY AS t (statement, n) ORDER BY t.n",
    [statements],
  );
  return rows.map(({ error }) => error);
}

const KINDS = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned-table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialized-view' WHEN 'f' THEN 'foreign-table' ELSE 'sequence' END`;

/** Every object that has privileges, without the system's own. */
const OBJECTS = `
SELECT 'database' AS kind, '' AS schema, datname::text AS name, oid::int8::int4 AS oid, pg_get_userbyid(datdba) AS owner,
       FALSE AS of_extension, datacl AS acl, acldefault('d', datdba) AS built_in
FROM pg_database WHERE datname = current_database()
UNION ALL
SELECT 'schema', '', nspname::text, oid::int8::int4, pg_get_userbyid(nspowner),
       EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e'),
       nspacl, acldefault('n', nspowner)
FROM pg_namespace AS n WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
UNION ALL
SELECT ${KINDS}, n.nspname, c.relname::text, c.oid::int8::int4, pg_get_userbyid(c.relowner),
       EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'),
       c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, n.nspname,
       f.proname || '(' || COALESCE((SELECT string_agg(CASE f.prokind WHEN 'p' THEN 'IN ' ELSE '' END || t::regtype, ', ' ORDER BY n)
                                     FROM unnest(f.proargtypes) WITH ORDINALITY AS a (t, n)), '') || ')',
       f.oid::int8::int4, pg_get_userbyid(f.proowner),
       EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = f.oid AND deptype = 'e'),
       f.proacl, acldefault('f', f.proowner)
FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'`;

/** Each privilege that each role holds on each object, with and without its grant option. */
function possibleSql(version: Version): string {
  return `
WITH object AS MATERIALIZED (${OBJECTS}),
privilege (type, name) AS (
  SELECT 'table', unnest('{${tablePrivilegesOn(version)}}'::text[])
  UNION ALL SELECT 'sequence', unnest('{${SEQUENCE_PRIVILEGES}}'::text[])
  UNION ALL SELECT 'schema', unnest('{USAGE,CREATE}'::text[])
  UNION ALL SELECT 'database', unnest('{CONNECT,TEMPORARY,CREATE}'::text[])
  UNION ALL SELECT 'routine', 'EXECUTE'
),
asked AS MATERIALIZED (SELECT type, name || option AS name FROM privilege, unnest('{""," WITH GRANT OPTION"}'::text[]) AS option)
SELECT r.rolname AS role, t.kind, t.schema, t.name, p.name AS privilege
FROM object AS t
JOIN asked AS p ON p.type = CASE WHEN t.kind IN ('database', 'schema', 'sequence') THEN t.kind
  WHEN t.kind IN ('function', 'procedure', 'aggregate') THEN 'routine' ELSE 'table' END
CROSS JOIN pg_roles AS r
WHERE CASE p.type WHEN 'table' THEN has_table_privilege(r.oid, t.oid::oid, p.name)
                  WHEN 'sequence' THEN has_sequence_privilege(r.oid, t.oid::oid, p.name)
                  WHEN 'routine' THEN has_function_privilege(r.oid, t.oid::oid, p.name)
                  WHEN 'schema' THEN has_schema_privilege(r.oid, t.oid::oid, p.name)
                  ELSE has_database_privilege(r.oid, t.oid::oid, p.name) END`;
}

const ACLS = `
WITH object AS MATERIALIZED (${OBJECTS}),
item AS (
  SELECT kind, schema, name, '' AS part, x.* FROM object, aclexplode(COALESCE(acl, built_in)) AS x
  UNION ALL
  SELECT kind, schema, name, attname, x.*
  FROM object JOIN pg_attribute ON attrelid = object.oid::oid AND kind NOT IN ('database', 'schema', 'function', 'procedure', 'aggregate'),
    aclexplode(attacl) AS x
  UNION ALL
  SELECT 'default-privileges', COALESCE(n.nspname, ''), CASE defaclobjtype WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines' ELSE 'tables' END,
         pg_get_userbyid(defaclrole), x.*
  FROM pg_default_acl LEFT JOIN pg_namespace AS n ON n.oid = defaclnamespace, aclexplode(defaclacl) AS x
)
SELECT kind, schema, name, part, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS grantee,
       pg_get_userbyid(grantor) AS grantor, privilege_type AS privilege, is_grantable AS grantable
FROM item`;

function rolesSql(version: Version): string {
  return `
SELECT rolname AS name, rolcanlogin AS login, rolsuper AS superuser,
       (SELECT array_agg(o.rolname::text) FROM pg_roles AS o WHERE pg_has_role(r.oid, o.oid, 'USAGE')) AS inherits,
       (SELECT array_agg(o.rolname::text ORDER BY o.rolname) FROM pg_roles AS o
        WHERE o.rolname !~ '^pg_' AND pg_has_role(r.oid, o.oid, '${version >= 16 ? "SET" : "MEMBER"}')) AS settable
FROM pg_roles AS r`;
}

const MEMBERSHIPS = `
SELECT (SELECT json_agg(r ORDER BY oid) FROM pg_authid AS r)::text
  || (SELECT json_agg(m ORDER BY roleid, member) FROM pg_auth_members AS m)::text AS memberships`;

/** Reads everything, as the superuser. */
export async function stateOf(client: pg.Client, version: Version): Promise<State> {
  const objects = await client.query(`${OBJECTS} ORDER BY oid`);
  const possible = await client.query(possibleSql(version));
  const acls = await client.query<AclRow>(ACLS);
  const roles = await client.query<RoleRow & { name: string }>(rolesSql(version));
  const memberships = await client.query<{ memberships: string }>(MEMBERSHIPS);
  return {
    objects: objects.rows.map(({ of_extension, acl: _, built_in: __, ...object }) => ({
      ...object,
      ofExtension: of_extension,
    })),
    possible: new Set(
      possible.rows.map(({ role, kind, schema, name, privilege }) =>
        privilegeKey(role, privilege, keyOf(kind, schema, name)),
      ),
    ),
    acls: new Map(acls.rows.map((row) => [JSON.stringify(row), row])),
    roles: new Map(roles.rows.map(({ name, ...role }) => [name, role])),
    memberships: memberships.rows[0]?.memberships ?? "",
  };
}

/** What a role holds, and how many of the answers came from statements and from has_*_privilege. */
export interface Found {
  readonly held: ReadonlySet<string>;
  readonly byStatement: number;
  readonly byFunction: number;
  /** Where a statement and has_*_privilege disagree. */
  readonly contradictions: readonly string[];
}

/**
 * The privileges that a role holds, by statements that need them. The statements run as the role in a transaction that is
 * rolled back, in which USAGE on the schema was granted and column privileges were deleted, so that only the privilege in
 * question decides.
 */
export async function privilegesHeldBy(
  sandbox: Sandbox,
  client: pg.Client,
  state: State,
  grantee: string,
  actsAs: string,
): Promise<Found> {
  const tries = state.objects.map((object) => ({
    object,
    ...triesFor(object, state.objects, sandbox.server.version),
  }));
  const results = await attempts(
    client,
    tries.map(({ preparation, statements }) => ({
      as: actsAs,
      preparation: preparation.replaceAll(":grantee", () => pg.escapeIdentifier(actsAs)),
      statements: [...statements.values()],
    })),
  );
  const done = new Map(
    tries.flatMap(({ object, statements, refusal }, n) =>
      [...statements.keys()].map((privilege, m): [string, boolean | string] => {
        const end = results[n]?.[m] ?? "";
        const held = end.startsWith("ZZ000") ? true : end === `42501 permission denied for ${refusal}` ? false : end;
        return [privilegeKey(grantee, privilege, keyOf(object.kind, object.schema, object.name)), held];
      }),
    ),
  );
  done.set(...(await connectAs(sandbox, state, grantee)));
  // nextval needs USAGE or UPDATE, so it shows USAGE only where the role does not hold UPDATE.
  for (const { kind, schema, name } of state.objects.filter(({ kind }) => kind === "sequence")) {
    const [usage, update] = ["USAGE", "UPDATE"].map((privilege) =>
      privilegeKey(grantee, privilege, keyOf(kind, schema, name)),
    );
    if (done.get(update ?? "") !== false) done.set(usage ?? "", "either would do");
  }

  // The grantee has the privileges of the role as which its sessions begin, but it connects as itself.
  const isConnect = (what: string) => what.includes(` may CONNECT `);
  const asGrantee = (what: string) => what.replace(JSON.stringify(actsAs), () => JSON.stringify(grantee));
  const possible = new Set(
    [...state.possible].flatMap((what) =>
      isConnect(what) || grantee === actsAs
        ? what
        : what.startsWith(`${JSON.stringify(actsAs)} may `)
          ? asGrantee(what)
          : [],
    ),
  );
  const doing = [...done].filter(([, held]) => typeof held === "boolean");
  const asking = [...possible].filter((what) => typeof done.get(what) !== "boolean");
  return {
    held: new Set([...asking, ...doing.filter(([, held]) => held).map(([what]) => what)]),
    byStatement: doing.length,
    byFunction: done.size - doing.length,
    contradictions: doing
      .filter(([what, held]) => held !== possible.has(what))
      .map(([what, held]) => `${what}: ${held} by doing`),
  };
}

const TABLE_STATEMENTS: Readonly<Record<string, (path: string, kind: Kind) => string>> = {
  SELECT: (path) => `EXPLAIN SELECT * FROM ${path}`,
  INSERT: (path) => `EXPLAIN INSERT INTO ${path} VALUES (1, 1)`,
  UPDATE: (path) => `EXPLAIN UPDATE ${path} SET a = 1, b = 1`,
  DELETE: (path) => `EXPLAIN DELETE FROM ${path}`,
  TRUNCATE: (path) => `TRUNCATE ${path}`,
  REFERENCES: (path) => `CREATE TABLE "zz scratch".z (a int REFERENCES ${path} (a))`,
  TRIGGER: (path) =>
    `CREATE TRIGGER z BEFORE INSERT ON ${path} FOR EACH STATEMENT EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()`,
  MAINTAIN: (path, kind) =>
    kind === "materialized-view" ? `REFRESH MATERIALIZED VIEW ${path}` : `REINDEX TABLE ${path}`,
};

const SEQUENCE_STATEMENTS: Readonly<Record<string, (path: string) => string>> = {
  USAGE: (path) => `SELECT nextval(${pg.escapeLiteral(path)})`,
  SELECT: (path) => `EXPLAIN SELECT * FROM ${path}`,
  UPDATE: (path) => `SELECT setval(${pg.escapeLiteral(path)}, 1)`,
};

/** The statements that isolate privileges on a object, by privilege, and what permission is denied for without it. */
function triesFor(
  { kind, schema, name, oid }: DatabaseObject,
  objects: readonly DatabaseObject[],
  version: Version,
): { preparation: string; statements: ReadonlyMap<string, string>; refusal: string } {
  if (kind === "database") return { preparation: "SELECT 1", statements: new Map(), refusal: "" };
  if (kind === "schema") {
    const look = `SELECT to_regclass(${pg.escapeLiteral(`${pg.escapeIdentifier(name)}.nothing`)})`;
    return { preparation: "SELECT 1", statements: new Map([["USAGE", look]]), refusal: `schema ${name}` };
  }
  if (isRoutine(kind)) {
    const [bare, , call] = routine(name, kind);
    const usage = `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(schema)} TO :grantee`;
    const statements = new Map(call === undefined ? [] : [["EXECUTE", call(pathOf(schema, bare))]]);
    return { preparation: usage, statements, refusal: `${kind} ${bare}` };
  }
  const path = pathOf(schema, name);
  const preparation = [
    `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(schema)} TO :grantee`,
    `UPDATE pg_attribute SET attacl = NULL WHERE attrelid = ${oid} AND attacl IS NOT NULL`,
    'CREATE SCHEMA "zz scratch" AUTHORIZATION :grantee',
    // The tables that a view reads do not matter here.
    ...(kind === "view" ? objects : [])
      .filter(
        (other) => other.schema !== "" && other.kind !== "sequence" && !isRoutine(other.kind) && other.oid !== oid,
      )
      .map((other) => `GRANT ALL ON ${pathOf(other.schema, other.name)} TO PUBLIC`),
  ].join("; ");
  const statements = Object.entries(kind === "sequence" ? SEQUENCE_STATEMENTS : TABLE_STATEMENTS).filter(
    ([privilege]) => kind === "sequence" || tablePrivilegesOn(version).some((known) => known === privilege),
  );
  return {
    preparation,
    statements: new Map(statements.map(([privilege, statement]) => [privilege, statement(path, kind)])),
    refusal: `${WORDS[kind] ?? "table"} ${name}`,
  };
}

/** A routine's name, the types of its arguments, and how those of the model are called. */
function routine(signature: string, kind: Kind) {
  const [, bare = "", types = ""] = /^(.*)\(([^()]*)\)$/s.exec(signature) ?? [];
  const calls: Readonly<Record<string, (path: string) => string>> = {
    "function integer, text": (path) => `SELECT ${path}(1, 'x')`,
    "procedure IN integer, IN integer": (path) => `CALL ${path}(1, 1)`,
    "aggregate integer": (path) => `SELECT ${path}(1)`,
  };
  return [bare, types, calls[`${kind} ${types}`]] as const;
}

/** The path of a routine, by its signature. */
export function routinePath(schema: string, signature: string, kind: Kind): string {
  const [bare, types] = routine(signature, kind);
  return `${pathOf(schema, bare)}(${types})`;
}

/** What the server's messages call an object of a kind; a partitioned table is a table. */
const WORDS: Readonly<Partial<Record<Kind, string>>> = {
  view: "view",
  sequence: "sequence",
  "materialized-view": "materialized view",
  "foreign-table": "foreign table",
};

function pathOf(schema: string, name: string): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

/** The role as which the sessions of a role begin; the role itself where it cannot sign in. */
export async function roleAfterSignIn(sandbox: Sandbox, { objects }: State, role: string): Promise<string> {
  const database = objects.find(({ kind }) => kind === "database");
  try {
    const client = await sandbox.signInAs(role, database?.name ?? "");
    const { rows } = await client.query<{ name: string }>("SELECT current_user AS name");
    await client.end();
    return rows[0]?.name ?? role;
  } catch {
    return role;
  }
}

/** Whether the role can connect; the error where it cannot for another reason than CONNECT. */
async function connectAs(
  sandbox: Sandbox,
  { objects }: State,
  role: string,
): Promise<readonly [string, boolean | string]> {
  const database = objects.find(({ kind }) => kind === "database");
  const key = privilegeKey(role, "CONNECT", keyOf("database", "", database?.name ?? ""));
  try {
    await (await sandbox.signInAs(role, database?.name ?? "")).end();
    return [key, true];
  } catch (error) {
    const { code } = error as pg.DatabaseError;
    return [key, code === "42501" ? false : String(error)];
  }
}

/** What creators' next objects bring: `futureKey(…)` of what a grantee will hold, and of what their ACLs give to others than the owner. */
export interface Future {
  readonly held: ReadonlySet<string>;
  readonly given: ReadonlySet<string>;
}

/** What the next objects of creators in schemas bring: each is created, looked at, and rolled back. */
export async function futurePrivileges(
  client: pg.Client,
  pairs: readonly { schema: string; creator: string }[],
  grantee: string,
  objects: readonly FutureKind[],
  privileges: Readonly<Record<FutureKind, readonly string[]>>,
): Promise<Future> {
  const asked = pairs.flatMap(({ schema, creator }) => objects.map((name) => ({ schema, creator, name })));
  const results = await attempts(
    client,
    asked.map(({ schema, creator, name }) => {
      const path = pathOf(schema, "zz future");
      const [create, ask, made, acl] = {
        tables: [`CREATE TABLE ${path} (a int)`, "has_table_privilege", path, RELATION_ACL],
        sequences: [`CREATE SEQUENCE ${path}`, "has_sequence_privilege", path, RELATION_ACL],
        routines: [
          `CREATE FUNCTION ${path}() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
          "has_function_privilege",
          `${path}()`,
          ROUTINE_ACL,
        ],
      }[name] as [string, string, string, string];
      const held = privileges[name].map(
        (privilege) => `${ask}(${pg.escapeLiteral(grantee)}, ${pg.escapeLiteral(made)}, '${privilege}')`,
      );
      return {
        as: creator,
        preparation: `GRANT USAGE, CREATE ON SCHEMA ${pg.escapeIdentifier(schema)} TO ${pg.escapeIdentifier(creator)}`,
        statements: [create],
        questions: [
          `SELECT json_build_object('held', ARRAY[${held}], 'given', (
             SELECT coalesce(json_agg(json_build_object('to', CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END,
               'privilege', x.privilege_type, 'grantable', x.is_grantable)), '[]')
             FROM ${acl} WHERE x.grantee <> o.owner))`,
        ],
      };
    }),
  );
  const found = asked.map(({ schema, creator, name }, n) => {
    const [, answer] = /^ZZ000 (\{.*)$/s.exec(results[n]?.[0] ?? "") ?? [];
    if (answer === undefined) throw new Error(`no ${name} could be created as ${creator}: ${results[n]}`);
    const { held, given } = JSON.parse(answer) as { held: boolean[]; given: GivenItem[] };
    const key = (what: string) => futureKey(creator, schema, name, what);
    return {
      held: privileges[name].filter((_, m) => held[m]).map(key),
      given: given.map((item) => key(givenText(item))),
    };
  });
  return {
    held: new Set(found.flatMap(({ held }) => held)),
    given: new Set(found.flatMap(({ given }) => given)),
  };
}

const RELATION_ACL =
  "(SELECT relowner AS owner, relacl AS acl FROM pg_class WHERE relname = 'zz future') AS o, aclexplode(o.acl) AS x";
const ROUTINE_ACL =
  "(SELECT proowner AS owner, coalesce(proacl, acldefault('f', proowner)) AS acl FROM pg_proc WHERE proname = 'zz future') AS o, aclexplode(o.acl) AS x";

interface GivenItem {
  readonly to: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

export function givenText({ to, privilege, grantable }: GivenItem): string {
  return `${privilege}${grantable ? "*" : ""} to ${JSON.stringify(to)}`;
}

export function futureKey(creator: string, schema: string, name: string, privilege: string): string {
  return `${JSON.stringify(creator)}'s ${keyOf("default-privileges", schema, name)} ${privilege}`;
}

/** The views that fail although the grantee may select from them, as the report names them. */
export async function brokenViews(
  client: pg.Client,
  { objects }: State,
  grantee: string,
): Promise<ReadonlySet<string>> {
  const views = objects.filter(({ kind }) => kind === "view");
  const to = `TO ${pg.escapeIdentifier(grantee)}`;
  const results = await attempts(
    client,
    views.map(({ schema, name }) => ({
      as: grantee,
      preparation: `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(schema)} ${to}; GRANT SELECT ON ${pathOf(schema, name)} ${to}`,
      statements: [`EXPLAIN SELECT * FROM ${pathOf(schema, name)}`],
    })),
  );
  return new Set(
    views
      .filter((_, n) => results[n]?.[0]?.startsWith("42501"))
      .map(({ kind, schema, name }) => keyOf(kind, schema, name)),
  );
}

/** Uses of tables and views that fail although the grantee holds the privilege. */
interface FailingUses {
  /** What the server refuses because of what it leads to. */
  readonly refused: readonly UseOf[];
  /** What row-level security keeps from every row; only for tables without rules. */
  readonly hidden: readonly UseOf[];
  readonly judgedByRow: readonly DatabaseObject[];
}

interface UseOf {
  readonly use: string;
  readonly of: DatabaseObject;
}

export async function failingUses(
  client: pg.Client,
  relations: readonly DatabaseObject[],
  grantee: string,
): Promise<FailingUses> {
  const to = `TO ${pg.escapeIdentifier(grantee)}`;
  const [refused, hidden]: readonly [UseOf[], UseOf[]] = [[], []];
  const judgedByRow: DatabaseObject[] = [];
  for (const of of relations) {
    const path = pathOf(of.schema, of.name);
    const grant = `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(of.schema)} ${to}; GRANT ALL ON ${path} ${to}`;
    const statements = {
      INSERT: `INSERT INTO ${path} (a, b) VALUES (2, 2)`,
      UPDATE: `UPDATE ${path} SET b = 3`,
      DELETE: `DELETE FROM ${path}`,
    };
    const uses = Object.keys(statements);
    const [explained = []] = await attempts(client, [
      { as: grantee, preparation: grant, statements: Object.values(statements).map((each) => `EXPLAIN ${each}`) },
    ]);
    refused.push(...uses.flatMap((use, n) => (explained[n]?.startsWith("42501") ? { use, of } : [])));
    const { rows } = await client.query(
      "SELECT FROM pg_class WHERE oid = $1 AND relrowsecurity AND NOT relhasrules AND NOT relispartition",
      [of.oid],
    );
    if (rows.length === 0) continue;
    judgedByRow.push(of);
    const changed = ["inserted", "updated", "deleted"].map(
      (what) => `SELECT max(pg_stat_get_xact_tuples_${what}(s.oid)) FROM (
        SELECT ${of.oid}::oid UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = ${of.oid}) AS s (oid)`,
    );
    const [[seen = "", ...done] = []] = await attempts(client, [
      {
        as: grantee,
        preparation: `${grant}; INSERT INTO ${path} (a, b) VALUES (1, 1)`,
        statements: ["SELECT", ...Object.values(statements)],
        questions: [`SELECT count(*) FROM ${path}`, ...changed],
      },
    ]);
    if (seen === "ZZ000 0") hidden.push({ use: "SELECT", of });
    const nothing = (end: string, use: string) =>
      end.startsWith("42501 new row violates") || end === `ZZ000 ${use === "INSERT" ? 1 : 0}`;
    hidden.push(...uses.flatMap((use, n) => (nothing(done[n] ?? "", use) ? { use, of } : [])));
  }
  return { refused, hidden, judgedByRow };
}

/** Which features that are hard to judge a database has. */
export async function featuresOf(client: pg.Client): Promise<Readonly<Record<string, boolean>>> {
  const { rows } = await client.query<Record<string, boolean>>(`
SELECT EXISTS (SELECT FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384) AS "columnGrants",
       EXISTS (SELECT FROM pg_rewrite AS r
               JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
               JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
               WHERE a.attacl IS NOT NULL AND r.ev_class >= 16384) AS "viewColumns",
       EXISTS (SELECT FROM pg_class AS c LEFT JOIN pg_roles AS r ON r.oid = c.relowner WHERE r.oid IS NULL)
       OR EXISTS (SELECT FROM pg_class, aclexplode(relacl) AS x
                  WHERE 0 < ALL (ARRAY[x.grantee, x.grantor]::int8[])
                    AND NOT (ARRAY[x.grantee, x.grantor] <@ ARRAY(SELECT oid FROM pg_roles))) AS "danglingRoles",
       EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
               GROUP BY relnamespace HAVING count(DISTINCT relowner) > 1) AS "severalOwnersInASchema",
       EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) AS x WHERE x.grantee NOT IN (0, defaclrole)) AS "defaultPrivileges",
       EXISTS (SELECT FROM pg_policy) AS "policies",
       EXISTS (SELECT FROM pg_rewrite WHERE ev_class >= 16384 AND ev_type <> '1') AS "rules",
       EXISTS (SELECT FROM pg_event_trigger WHERE evtname ~ '^refuse') AS "eventTriggers"`);
  return rows[0] ?? {};
}
