import type { Demand } from "../model/demand.ts";
import type { Failure } from "../model/failure.ts";
import type { Mode } from "../model/report.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { nearest } from "../text/near.ts";
import { isRelation } from "./kinds.ts";

/** Why nothing can be said about, or done in, this database; null where nothing stands in the way. */
export function databaseObstacle(snapshot: Snapshot, demand: Demand, mode: Mode): Failure | null {
  return (
    unknownSchema(snapshot, demand) ??
    unknownPrivilege(snapshot, demand) ??
    nothingToCheck(snapshot, demand) ??
    (mode === "apply" ? readOnly(snapshot) : null)
  );
}

/** Why nothing can be said about this grantee. */
export function granteeObstacle(snapshot: Snapshot, grantee: string): Failure | null {
  if (snapshot.grantees.has(grantee)) return null;
  return {
    code: "grantee-not-found",
    message: `This server has no role "${grantee}".`,
    hint:
      didYouMean(grantee, snapshot.knownRoles) +
      "Names are case-sensitive. If Service Connector or your template has not made the role, an Entra administrator does, in database postgres: " +
      `SELECT * FROM pgaadauth_create_principal_with_oid('${grantee.replaceAll("'", "''")}', '<object ID>', 'service', false, false);`,
  };
}

function unknownSchema(snapshot: Snapshot, { schemas }: Demand): Failure | null {
  if (schemas === "*") return null;
  const system = schemas.find((name) => name.startsWith("pg_") || name === "information_schema");
  if (system !== undefined) {
    return {
      code: "system-schema",
      message: `Schema "${system}" is PostgreSQL's own, and its privileges are nobody's to grant.`,
      hint: "Take it out of the input `schemas`.",
    };
  }
  const missing = schemas.filter((name) => !snapshot.schemas.some((schema) => schema.name === name));
  if (missing.length === 0) return null;
  return {
    code: "schema-not-found",
    message: `This database has no schema ${missing.map((name) => `"${name}"`).join(", ")}.`,
    hint:
      missing.map((name) => didYouMean(name, snapshot.knownSchemas)).join("") +
      "Names are case-sensitive. Mend the input `schemas`, or run the migration that creates the schema first.",
  };
}

function unknownPrivilege({ server }: Snapshot, { tablePrivileges }: Demand): Failure | null {
  if (server.version >= 170000 || tablePrivileges === "ALL" || !tablePrivileges.includes("MAINTAIN"))
    return null;
  return {
    code: "privilege-not-found",
    message: `PostgreSQL ${server.versionText} has no privilege MAINTAIN: it came with 17.`,
    hint: "Take MAINTAIN out of the input `table-privileges`.",
  };
}

/** There is no vacuous green: a schema with nothing to check is more often a wrong name than an empty schema. */
function nothingToCheck(snapshot: Snapshot, { schemas, allowEmpty }: Demand): Failure | null {
  if (allowEmpty) return null;
  const checked = snapshot.groups.filter((group) => isRelation(group.kind) && group.skipped === "");
  const skipped = snapshot.groups.reduce((sum, group) => sum + (group.skipped === "" ? 0 : group.size), 0);
  const beyond = skipped > 0 ? ` beyond the ${skipped} that are skipped` : "";
  const hint =
    "If it is to be empty for now, set allow-empty: true. Otherwise look at the inputs `database` and `schemas`, or run the migrations first.";
  if (schemas === "*") {
    if (checked.length > 0) return null;
    return { code: "nothing-to-check", message: `This database has no table or sequence${beyond}.`, hint };
  }
  const empty = snapshot.schemas.filter(({ oid }) => !checked.some((group) => group.schema?.oid === oid));
  if (empty.length === 0) return null;
  const names = empty.map(({ name }) => `"${name}"`).join(", ");
  return { code: "nothing-to-check", message: `Schema ${names} has no table or sequence${beyond}.`, hint };
}

function readOnly({ server }: Snapshot): Failure | null {
  if (!server.readOnly) return null;
  return {
    code: "read-only",
    message: "This server is read-only: a replica, or set so, as Azure does when the disk is nearly full.",
    hint: "Give the primary as `host`, or set mode: check, which works here.",
  };
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `Did you mean "${near}"? `;
}
