import pg from "pg";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";

/** What a role can and cannot do, by trying: `INSERT public.orders`. */
export interface Truth {
  readonly done: readonly string[];
  readonly refused: readonly string[];
}

interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly column: string | null;
}

const RELATIONS = `
SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
  (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = 1) AS column
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2`;

/** Signs in as the role and uses every table, view and sequence of the database; every change is rolled back. */
export async function use(sandbox: Sandbox, role: string, database: string): Promise<Truth> {
  const relations = await sandbox.sql<Relation & pg.QueryResultRow>(database, RELATIONS);
  const client = await sandbox.signInAs(role, database);
  const [done, refused]: [string[], string[]] = [[], []];
  try {
    await client.query("BEGIN");
    for (const relation of relations) {
      for (const [privilege, sql] of usesOf(relation, sandbox.server.version)) {
        const what = `${privilege} ${relation.schema}.${relation.name}`;
        ((await isRefused(client, sql)) ? refused : done).push(what);
      }
    }
    return { done, refused };
  } finally {
    await client.end();
  }
}

/** PostgreSQL checks privileges before anything else in such a statement. */
async function isRefused(client: pg.Client, sql: string): Promise<boolean> {
  await client.query("SAVEPOINT one");
  try {
    await client.query(sql);
    return false;
  } catch (error) {
    return (error as pg.DatabaseError).code === "42501";
  } finally {
    await client.query("ROLLBACK TO one");
  }
}

/** For each privilege, a statement that needs exactly that privilege. */
function usesOf({ schema, name, kind, column }: Relation, version: number): [privilege: string, sql: string][] {
  const it = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
  const literal = pg.escapeLiteral(it);
  const select: [string, string] = ["SELECT", `SELECT * FROM ${it} LIMIT 0`];
  const maintain = (sql: string): [string, string][] =>
    tablePrivilegesOn(version).includes("MAINTAIN") ? [["MAINTAIN", sql]] : [];
  switch (kind) {
    case "S":
      return [
        ["SELECT", `SELECT last_value FROM ${it}`],
        ["USAGE", `SELECT nextval(${literal})`],
        ["UPDATE", `SELECT setval(${literal}, 1, false)`],
      ];
    case "v":
      return [select];
    case "m":
      return [select, ...maintain(`REFRESH MATERIALIZED VIEW ${it}`)];
    default:
      return [
        select,
        ["INSERT", `INSERT INTO ${it} DEFAULT VALUES`],
        ["UPDATE", `UPDATE ${it} SET ${pg.escapeIdentifier(column ?? "")} = DEFAULT WHERE false`],
        ["DELETE", `DELETE FROM ${it} WHERE false`],
        ["TRUNCATE", `TRUNCATE ${it}`],
        [
          "TRIGGER",
          `CREATE TRIGGER t BEFORE UPDATE ON ${it} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
        ],
        ...(kind === "r" ? maintain(`REINDEX TABLE ${it}`) : []),
      ];
  }
}

/** Every ACL of a database, to be compared with a later one. */
export function aclsOf(sandbox: Sandbox, database: string): Promise<{ acls: string }[]> {
  return sandbox.sql(
    database,
    `SELECT jsonb_build_array(
       (SELECT jsonb_object_agg(oid, relacl::text) FROM pg_class),
       (SELECT jsonb_object_agg(oid, nspacl::text) FROM pg_namespace),
       (SELECT jsonb_object_agg(oid, datacl::text) FROM pg_database),
       (SELECT jsonb_object_agg(oid, defaclacl::text) FROM pg_default_acl)
     )::text AS acls`,
  );
}
