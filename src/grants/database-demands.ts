import type { Failure } from "../model/failure.ts";
import type { Grant } from "../model/settings.ts";
import { groupsOf } from "../text/groups.ts";
import { fits, isPattern } from "../text/pattern.ts";
import { demandedTwice, noDatabaseFits } from "./obstacles.ts";

/** A database of a server, and what is demanded in it. */
export interface DatabaseDemand {
  /** Its name; the pattern if that names no database. */
  readonly database: string;
  /** In the order of the settings. */
  readonly grants: readonly Grant[];
  /** Why it cannot be checked, if that is known before a connection. */
  readonly obstacle?: Failure | undefined;
}

/** True if only the server can say which databases are meant. */
export function haveAPattern(grants: readonly Grant[]): boolean {
  return grants.some(({ databases }) => databases.some(isPattern));
}

/**
 * The databases of one server, each once, in the order of the settings.
 * @param listed the names of the server's databases, or why they are not known
 */
export function demandsOf(grants: readonly Grant[], listed: readonly string[] | Failure): readonly DatabaseDemand[] {
  const each = grants.flatMap((grant) =>
    grant.databases.flatMap((text) => meantBy(text, listed).map((each) => ({ ...each, grant }))),
  );
  return groupsOf(each, ({ database }) => database).map((group) => {
    const [{ grant: _, ...demand }] = group;
    const theirs = [...new Set(group.map(({ grant }) => grant))];
    return { ...demand, grants: theirs, obstacle: demand.obstacle ?? overlapOf(theirs) };
  });
}

function meantBy(text: string, listed: readonly string[] | Failure): readonly Omit<DatabaseDemand, "grants">[] {
  if (!isPattern(text)) return [{ database: text }];
  if ("code" in listed) return [{ database: text, obstacle: listed }];
  const candidates = listed.filter((each) => !SERVICE_DATABASES.has(each));
  const found = candidates.filter((each) => fits(each, text));
  if (found.length === 0) return [{ database: text, obstacle: noDatabaseFits(text, candidates) }];
  return found.map((database) => ({ database }));
}

/**
 * Databases for administration, which every server of Azure has and no pattern names:
 * https://learn.microsoft.com/azure/postgresql/configure-maintain/quickstart-create-server
 */
const SERVICE_DATABASES: ReadonlySet<string> = new Set(["postgres", "azure_maintenance", "azure_sys"]);

/** Patterns of several grants can name the same database, which is known only now. */
function overlapOf(grants: readonly Grant[]): Failure | undefined {
  const demands = grants.flatMap(({ grantees, demand }) =>
    grantees.map((grantee) => ({ grantee, schemas: demand.schemas === "*" ? ["*"] : demand.schemas })),
  );
  const twice = groupsOf(demands, ({ grantee }) => grantee).find((same) => {
    const schemas = same.flatMap((each) => each.schemas);
    return same.length > 1 && (schemas.includes("*") || new Set(schemas).size < schemas.length);
  });
  return twice && demandedTwice(twice[0].grantee);
}
