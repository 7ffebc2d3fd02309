import type { Kind } from "../model/report.ts";
import { canBeNamed } from "../model/snapshot.ts";
import { logLine } from "../text/escape.ts";
import { dollarQuote, quoteLiteral } from "../text/sql.ts";
import { BATCH } from "./batches.ts";
import { likePatternsOf } from "./exclude.ts";
import type { Change } from "./statements.ts";

/** Many grants as one statement that finds their objects in the catalogs. */
export interface CatalogBlock {
  /** A DO block, which commits: it has to be run outside a transaction block. */
  readonly sql: string;
  /** The changes that it does not make. */
  readonly others: readonly Change[];
}

/**
 * A short statement in place of the many names in `changes`; null if there are few of them. In each schema it grants on
 * the objects of one kind and owner on which the grantee lacks a privilege, which are those in `changes`, and those
 * created since.
 * @param without changes that the block must not make, nor any others in the same schema, on the same kind and owner
 * @param exclude patterns for names, as the input has them
 * @param roleSet whether sessions of the role that runs it begin as another role
 */
export function catalogBlock(
  changes: readonly Change[],
  without: readonly Change[],
  exclude: readonly string[],
  roleSet: boolean,
): CatalogBlock | null {
  if (changes.length <= BATCH || !exclude.every(isPlain)) return null;
  const left = new Set(without.map(placeOf));
  const places = [...Map.groupBy(changes.filter(isFound), placeOf)]
    .filter(([place, same]) => !left.has(place) && namesOf(same[0]).every(isPlain))
    .map(([, same]) => same);
  const found = new Set(places.flat());
  if (found.size <= BATCH) return null;
  return { sql: blockOf(places, exclude, roleSet), others: changes.filter((change) => !found.has(change)) };
}

/** https://www.postgresql.org/docs/current/catalog-pg-class.html (relkind) */
const RELKINDS: Readonly<Partial<Record<Kind, string>>> = {
  table: "r",
  "partitioned-table": "p",
  view: "v",
  "materialized-view": "m",
  "foreign-table": "f",
  sequence: "S",
};

/** Whether the role can make it on every object of the same schema, kind and owner, as the owner can. */
function isFound({ verb, group, oneByOne, membership }: Change): boolean {
  return verb === "GRANT" && RELKINDS[group.kind] !== undefined && !oneByOne && membership === undefined;
}

/** The names in the row of the block that stands for changes like this one. */
function namesOf(change: Change | undefined): readonly string[] {
  if (change === undefined) return [];
  const { group, owner, grantee, to = grantee, as } = change;
  return [group.schema?.name ?? "", owner.name, to.name, as?.name ?? ""];
}

/** Whether people who read the block before they run it see the name as it is. */
function isPlain(name: string): boolean {
  return canBeNamed(name) && logLine(name) === name;
}

/** What the objects of one row of the block have in common. */
function placeOf({ group, grantee, to = grantee, as }: Change): string {
  return [group.schema?.oid, group.kind, group.owner, to.oid, as?.oid].join();
}

function blockOf(places: readonly (readonly Change[])[], exclude: readonly string[], roleSet: boolean) {
  const setsRole = roleSet || places.some(([change]) => change?.as);
  const rows = places.map((changes) => {
    const [{ group, owner, grantee, to = grantee, as }] = changes as [Change];
    const privileges = [...new Set(changes.flatMap((change) => change.privileges))];
    const constants = [group.schema?.name ?? "", RELKINDS[group.kind] ?? "", owner.name, to.name];
    const actor = setsRole ? [as?.name ?? "none"] : [];
    return `      (${[...constants, `{${privileges.join()}}`, ...actor].map(quoteLiteral).join(", ")})`;
  });
  const body = `
DECLARE
  missing record;
  done integer := 0;
BEGIN
  PERFORM ${SEARCH_PATH};
  FOR missing IN
    SELECT ${setsRole ? "place.actor, " : ""}pg_catalog.format('GRANT %s ON %s %I.%I TO %I',
             pg_catalog.string_agg(p.privilege, ', '),
             CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
             n.nspname, c.relname, place.grantee) AS sql
    FROM (VALUES
${rows.join(",\n")}
    ) AS place (schema, kind, owner, grantee, privileges${setsRole ? ", actor" : ""})
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = place.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind = place.kind::"char"
      AND pg_catalog.pg_get_userbyid(c.relowner) = place.owner
    CROSS JOIN pg_catalog.unnest(place.privileges::pg_catalog.text[]) AS p (privilege)
    WHERE NOT CASE c.relkind
          WHEN 'S' THEN pg_catalog.has_sequence_privilege(place.grantee, c.oid, p.privilege)
          ELSE pg_catalog.has_table_privilege(place.grantee, c.oid, p.privilege) END
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.deptype = 'e'
        AND d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)${notExcluded(exclude)}
    GROUP BY c.oid, c.relkind, n.nspname, c.relname, place.grantee${setsRole ? ", place.actor" : ""}
    ORDER BY c.oid
  LOOP
${setsRole ? "    PERFORM pg_catalog.set_config('role', missing.actor, true);\n" : ""}    EXECUTE missing.sql;
    done := done + 1;
    IF done % ${BATCH} = 0 THEN
      COMMIT;
      PERFORM ${SEARCH_PATH};
    END IF;
  END LOOP;
  RAISE NOTICE 'Granted on % objects.', done;
END
`;
  const quote = dollarQuote("grants", body);
  return `DO ${quote}${body}${quote};`;
}

/** Until the end of the transaction, so it is set again after each COMMIT. */
const SEARCH_PATH = "pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)";

function notExcluded(exclude: readonly string[]): string {
  return exclude
    .map(likePatternsOf)
    .map(
      ({ name, path }) =>
        `\n      AND c.relname NOT LIKE ${quoteLiteral(name)}${path && `\n      AND pg_catalog.concat(n.nspname, '.', c.relname) NOT LIKE ${quoteLiteral(path)}`}`,
    )
    .join("");
}
