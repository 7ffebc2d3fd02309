import { type Demand, ON_EXTRA } from "../model/demand.ts";
import { GUID } from "../model/entra-label.ts";
import { ROUTINE_PRIVILEGES, SEQUENCE_PRIVILEGES, TABLE_PRIVILEGES } from "../model/privileges.ts";
import { code, inOurWords, name, sentence } from "../model/sentence.ts";
import type { Grant, SignIn } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { type Entry, type InputsOf, placeOf } from "./reader.ts";
import { repeatedIn } from "./repeated.ts";
import {
  BOOLEAN_INPUT,
  boolean,
  choice,
  lines,
  listed,
  names,
  objectIds,
  oneOf,
  privileges,
  schemaPrivileges,
  schemas,
} from "./values.ts";

/** The inputs that an entry of `grants-file` can have. */
export const GRANT_INPUTS = {
  database: {
    use: "one or more database names or patterns such as `orders_*`, one per line",
    inFile: "list",
  },
  grantee: {
    use: "the PostgreSQL names of one or more Entra users (`aad_…`), one per line",
    inFile: "list",
  },
  "grantee-object-id": {
    use: "the object IDs in Microsoft Entra, GUIDs, of the grantees, one per line, in the order of `grantee`",
    inFile: "list",
  },
  schemas: {
    use: "one or more schema names, one per line, or only `'*'`",
    default: "public",
    neverEmpty: true,
    inFile: "list",
  },
  "table-privileges": {
    use: `\`ALL\`, or a comma-separated list of ${TABLE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
    inFile: "list",
  },
  "sequence-privileges": {
    use: `\`ALL\`, or a comma-separated list of ${SEQUENCE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
    inFile: "list",
  },
  "schema-privileges": {
    use: "`USAGE` or `USAGE, CREATE`",
    default: "USAGE",
    neverEmpty: true,
    inFile: "list",
  },
  "routine-privileges": { use: "`EXECUTE`, or leave it empty", inFile: "list" },
  "default-privileges": BOOLEAN_INPUT,
  "on-extra": { use: oneOf(ON_EXTRA), default: "warn", neverEmpty: true },
  exclude: { use: "patterns such as `audit_*` or `billing.*`, one per line", inFile: "list" },
  "allow-empty": BOOLEAN_INPUT,
} as const;

/** The inputs that say what is demanded, and how. */
export const DEMAND_INPUTS = { ...GRANT_INPUTS, "act-as-owner": BOOLEAN_INPUT } as const;

type DemandInputs = InputsOf<typeof DEMAND_INPUTS>;

/**
 * The grants of a file. A grantee that two entries have for one database and schema is a mistake.
 * @param databasesOf reads the databases of an entry
 */
export function grantsIn<I extends DemandInputs>(
  entries: readonly Entry[],
  inputs: I,
  databasesOf: (inputs: I) => readonly string[],
  signIn: () => SignIn,
): readonly Grant[] {
  const found = entries.map((entry) => {
    const own = inputs.withEntry(entry) as I;
    const target = { databases: () => databasesOf(own), grantees: () => own.required("grantee", names) };
    const schemasOf = () => own.orDefault("schemas", schemas);
    const scope = own.ifValid(() => own.all({ ...target, schemas: schemasOf }));
    const demand = () => demandFrom(own, target.grantees, signIn);
    return { entry, own, scope, grant: own.ifValid(() => own.all<Grant>({ ...target, demand })) };
  });
  for (const { grantee, again, first } of repeatedIn(
    found.flatMap(({ scope, ...each }) => (scope ? [{ scope, ...each }] : [])),
  )) {
    const { line } = placeOf(first.entry, "grantee", grantee);
    const problem = sentence`${code("grantee")}: ${name(grantee)} is also on line ${line}, for the same database and schema. Use one entry for them.`;
    again.own.ifValid(() => again.own.mistake("grantee", problem, grantee));
  }
  return found.flatMap(({ grant }) => grant ?? []);
}

/** What is demanded for these grantees. */
export function demandFrom(inputs: DemandInputs, grantees: () => readonly string[], signIn: () => SignIn): Demand {
  return inputs.all({
    schemas: () => inputs.orDefault("schemas", schemas),
    tablePrivileges: () => inputs.orDefault("table-privileges", privileges(TABLE_PRIVILEGES)),
    sequencePrivileges: () => inputs.orDefault("sequence-privileges", privileges(SEQUENCE_PRIVILEGES)),
    schemaPrivileges: () => inputs.orDefault("schema-privileges", schemaPrivileges),
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
function objectIdsFrom(inputs: DemandInputs, granteesIn: () => readonly string[]): Demand["objectIds"] | undefined {
  const ids = inputs.optional("grantee-object-id", objectIds);
  if (ids === undefined) return undefined;
  const grantees = granteesIn();
  if (ids.length !== grantees.length) {
    inputs.mistake(
      "grantee-object-id",
      sentence`${code("grantee-object-id")} has ${inOurWords(count(ids.length, "object ID"))}, but there ${inOurWords(`${grantees.length === 1 ? "is" : "are"} ${count(grantees.length, "grantee")}`)}. Use one object ID per grantee, one per line, in the order of ${code("grantee")}.`,
    );
  }
  return new Map(grantees.map((grantee, n) => [grantee, ids[n] ?? ""]));
}
