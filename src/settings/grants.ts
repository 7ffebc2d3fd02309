import { type Demand, ON_EXTRA } from "../model/demand.ts";
import { GUID } from "../model/entra-label.ts";
import { ROUTINE_PRIVILEGES, SCHEMA_PRIVILEGES, SEQUENCE_PRIVILEGES, TABLE_PRIVILEGES } from "../model/privileges.ts";
import { code, inOurWords, sentence } from "../model/sentence.ts";
import type { Grant, SignIn } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { all, type InputsOf } from "./reader.ts";
import { BOOLEAN, boolean, choice, lines, listed, names, objectIds, oneOf, privileges, schemas } from "./values.ts";

/** Properties of an input with a list that an unset variable must not change. */
const LIST = { neverEmpty: true, inFile: "list" } as const;

const allOr = (privileges: readonly string[]) => `\`ALL\`, or a comma-separated list of ${privileges.join(", ")}`;

/** The inputs that an entry of `grants-file` can have. */
export const GRANT_INPUTS = {
  database: { use: "one or more database names or patterns such as `orders_*`, one per line", inFile: "list" },
  grantee: { use: "the PostgreSQL names of one or more Entra users (`aad_…`), one per line", inFile: "list" },
  "grantee-object-id": {
    use: "the object IDs in Microsoft Entra, GUIDs, of the grantees, one per line, in the order of `grantee`",
    inFile: "list",
  },
  schemas: { ...LIST, use: "one or more schema names, one per line, or only `'*'`", default: "public" },
  "table-privileges": { ...LIST, use: allOr(TABLE_PRIVILEGES), default: "ALL" },
  "sequence-privileges": { ...LIST, use: allOr(SEQUENCE_PRIVILEGES), default: "ALL" },
  "schema-privileges": { ...LIST, use: "`USAGE` or `USAGE, CREATE`", default: "USAGE" },
  "routine-privileges": { use: "`EXECUTE`, or leave it empty", inFile: "list" },
  "default-privileges": BOOLEAN,
  "on-extra": { use: oneOf(ON_EXTRA), default: "warn", neverEmpty: true },
  exclude: { use: "patterns such as `audit_*` or `billing.*`, one per line", inFile: "list" },
  "allow-empty": BOOLEAN,
} as const;

/** The inputs that say what is demanded, and how. */
export const DEMAND_INPUTS = { ...GRANT_INPUTS, "act-as-owner": BOOLEAN } as const;

export type GrantInputs = InputsOf<typeof DEMAND_INPUTS>;

/** The grant that the inputs demand, or those of an entry. */
export function grantFrom(inputs: GrantInputs, signIn: () => SignIn): Grant {
  const { schemas: _, ...target } = scopeIn(inputs);
  return all({ ...target, demand: () => demandFrom(inputs, target.grantees, signIn) });
}

/** Reads for whom a grant is, and where. */
export function scopeIn(inputs: GrantInputs) {
  return {
    databases: () => inputs.required("database", names),
    grantees: () => inputs.required("grantee", names),
    schemas: () => inputs.orDefault("schemas", schemas),
  };
}

/** What is demanded for these grantees. */
export function demandFrom(inputs: GrantInputs, grantees: () => readonly string[], signIn: () => SignIn): Demand {
  return all({
    schemas: () => inputs.orDefault("schemas", schemas),
    tablePrivileges: () => inputs.orDefault("table-privileges", privileges(TABLE_PRIVILEGES)),
    sequencePrivileges: () => inputs.orDefault("sequence-privileges", privileges(SEQUENCE_PRIVILEGES)),
    schemaPrivileges: () => inputs.orDefault("schema-privileges", listed(SCHEMA_PRIVILEGES, "USAGE")),
    routinePrivileges: () => inputs.optional("routine-privileges", listed(ROUTINE_PRIVILEGES)) ?? [],
    defaultPrivileges: () => inputs.orDefault("default-privileges", boolean),
    onExtra: () => inputs.orDefault("on-extra", choice(ON_EXTRA)),
    actAsOwner: () => inputs.orDefault("act-as-owner", boolean),
    exclude: () => inputs.optional("exclude", lines) ?? [],
    allowEmpty: () => inputs.orDefault("allow-empty", boolean),
    objectIds: () => objectIdsFrom(inputs, grantees),
    tenantId: () => tenantOf(signIn()),
  });
}

/** The tenant of the login, if the inputs have its ID and not one of its domain names. */
function tenantOf(signIn: SignIn): Demand["tenantId"] {
  return "tenantId" in signIn && GUID.test(signIn.tenantId) ? signIn.tenantId.toLowerCase() : undefined;
}

/** The object ID of each grantee, if they are given. */
function objectIdsFrom(inputs: GrantInputs, granteesIn: () => readonly string[]): Demand["objectIds"] | undefined {
  const ids = inputs.optional("grantee-object-id", objectIds);
  if (ids === undefined) return undefined;
  const grantees = granteesIn();
  if (ids.length !== grantees.length) {
    const counts = inOurWords(`${count(ids.length, "object ID")} for ${count(grantees.length, "grantee")}`);
    const problem = sentence`${code("grantee-object-id")} has ${counts}. Use one object ID per grantee, one per line, in the order of ${code("grantee")}.`;
    inputs.mistake("grantee-object-id", problem);
  }
  return new Map(grantees.map((grantee, n) => [grantee, ids[n] ?? ""]));
}
