import type { Demand } from "../model/demand.ts";
import { type Failure, failure, run } from "../model/failure.ts";
import { isInSchema } from "../model/kinds.ts";
import { sinceOf } from "../model/privileges.ts";
import type { Mode } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, paragraph, sentence, someNames } from "../model/sentence.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { aboutNames, didYouMean, nearest } from "../text/near.ts";
import { quoteLiteral, RESERVED_ROLE } from "../text/sql.ts";
import { settingOf, writableAgain } from "./setting.ts";

/** The failure that keeps this database from being checked or changed; null if there is none. */
export function databaseObstacle(snapshot: Snapshot, demand: Demand, mode: Mode): Failure | null {
  return (
    unknownSchema(snapshot, demand) ??
    unknownPrivilege(snapshot, demand) ??
    nothingToCheck(snapshot, demand) ??
    (mode === "apply" ? readOnly(snapshot) : null)
  );
}

/**
 * Why this server cannot be checked; null if it is not too old.
 * @param version its `server_version`
 */
export function oldServer(version: string): Failure | null {
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return null;
  return failure({
    code: "server-too-old",
    message: sentence`The server runs PostgreSQL ${code(version)}. This action needs PostgreSQL ${OLDEST_VERSION} or newer.`,
    hint: "The catalogs of older versions lack what the action reads, and PostgreSQL supports them no longer.",
    steps: [
      "Upgrade the server. Azure checks first whether it can. The server is offline for some minutes, and only a restore leads back:",
      run("az postgres flexible-server upgrade --resource-group <resource-group> --name <server> --version 17"),
    ],
  });
}

/** The first version with the role pg_database_owner: https://www.postgresql.org/docs/14/release-14.html */
const OLDEST_VERSION = 14;

/**
 * The error about a pattern in `database`.
 * @param candidates the databases that a pattern could name
 */
export function noDatabaseFits(pattern: string, candidates: readonly string[]): Failure {
  return failure({
    code: "no-database-fits",
    message: sentence`No database of this server fits the pattern ${code(pattern)}.`,
    hint:
      candidates.length === 0
        ? "Patterns do not find templates, `postgres` and Azure's own databases, and the server has no other."
        : sentence`${aboutNames(pattern)} The server has ${someNames(candidates.map((each) => [each]))}.`,
    steps: ["Correct the pattern in `database`, or create the database before this step."],
  });
}

/** The error about two grants that could demand different privileges on the same schema. */
export function demandedTwice(grantee: string): Failure {
  return failure({
    code: "demanded-twice",
    message: sentence`Two entries of ${code("grants-file")} are about ${name(grantee)} and the same schema of this database.`,
    hint: "Their patterns in `database` both fit this database. The entries could demand different privileges, so nothing was checked here.",
    steps: ["Change the patterns so that only one of the entries fits this database, or make one entry of the two."],
  });
}

/**
 * The error about a grantee that is not among the roles of the server.
 * @param objectId the identity in Entra that has to be bound to it, if the demand says so
 */
export function granteeNotFound(grantee: string, knownRoles: readonly string[], objectId = "<object ID>"): Failure {
  // Service Connector's roles are named after the connection: `aad_orders`.
  const near = nearest(knownRoles.includes(`aad_${grantee}`) ? `aad_${grantee}` : grantee, knownRoles);
  const isReserved = RESERVED_ROLE.test(grantee);
  const ifRight = [
    sentence`If the name ${name(grantee)} is right, create the role: sign in to database ${name("postgres")} as a Microsoft Entra administrator and run:`,
    run(
      `SELECT * FROM pgaadauth_create_principal_with_oid(${quoteLiteral(grantee)}, ${quoteLiteral(objectId)}, 'service', false, false);`,
    ),
  ];
  return failure({
    code: "grantee-not-found",
    message: sentence`Role ${name(grantee)} does not exist on this server.`,
    hint: isReserved
      ? "PostgreSQL reserves this name, so nobody can create the role. PUBLIC, which is everybody, is not a role."
      : sentence`${aboutNames(grantee)} A Service Connector template does not always create the role.`,
    steps: [
      ...(near === undefined ? [] : [sentence`Did you mean ${code(near)}? Then set \`grantee\` to that name.`]),
      ...(isReserved ? ["Set `grantee` to a role of this server."] : ifRight),
    ],
  });
}

function unknownSchema(snapshot: Snapshot, { schemas }: Demand): Failure | null {
  if (schemas === "*") return null;
  const isSystem = (schema: string) => schema.startsWith("pg_") || schema === "information_schema";
  const missing = schemas.filter((each) => isSystem(each) || !snapshot.schemas.some((schema) => schema.name === each));
  if (missing.length === 0) return null;
  return failure({
    code: "schema-not-found",
    message: sentence`This database has no schema ${someNames(missing.map((each) => [each]))} to check.`,
    hint: paragraph(
      ...missing.map((each) => didYouMean(each, snapshot.knownSchemas)),
      aboutNames(...missing),
      sentence`Only \`*\` alone stands for several schemas. PostgreSQL's own schemas are never checked.`,
    ),
    steps: ["Correct `schemas`, or run the migration that creates the schema before this step."],
  });
}

function unknownPrivilege({ server }: Snapshot, { tablePrivileges }: Demand): Failure | null {
  if (tablePrivileges === "ALL") return null;
  const unknown = tablePrivileges.find((privilege) => server.version < sinceOf(privilege));
  if (unknown === undefined) return null;
  return failure({
    code: "privilege-not-found",
    message: sentence`PostgreSQL ${code(server.versionText)} does not have the ${inOurWords(unknown)} privilege.`,
    hint: sentence`PostgreSQL ${Math.floor(sinceOf(unknown) / 10_000)} introduced it.`,
    steps: [sentence`Remove ${inOurWords(unknown)} from \`table-privileges\`.`],
  });
}

/** An empty check never passes: a schema with nothing to check is more often a wrong name than an empty schema. */
function nothingToCheck(snapshot: Snapshot, { schemas, allowEmpty, routinePrivileges }: Demand): Failure | null {
  if (allowEmpty) return null;
  const checked = snapshot.groups.filter((group) => isInSchema(group.kind) && group.skipped === "");
  const empty = snapshot.schemas.filter(({ oid }) => !checked.some((group) => group.schema?.oid === oid));
  if (schemas === "*" ? checked.length > 0 : empty.length === 0) return null;
  const skipped = snapshot.groups.reduce((sum, group) => sum + (group.skipped === "" ? 0 : group.size), 0);
  const kinds = inOurWords(routinePrivileges.length > 0 ? "table, sequence or routine" : "table or sequence");
  const where =
    schemas === "*" ? inOurWords("This database") : sentence`Schema ${someNames(empty.map((each) => [each.name]))}`;
  return failure({
    code: "nothing-to-check",
    message: sentence`${where} has no ${kinds} to check${skipped > 0 ? sentence` (${skipped} skipped)` : EMPTY}.`,
    hint: "An empty check never passes, because it usually means a wrong `database`, `schemas` or `exclude`.",
    steps: [
      "Check the inputs `database`, `schemas` and `exclude`, and run the migrations before this step.",
      "If the schema is meant to be empty, set `allow-empty: true`.",
    ],
  });
}

/** Azure sets `default_transaction_read_only` for the whole server when its disk is nearly full. */
function readOnly(snapshot: Snapshot): Failure | null {
  const { readOnly: source } = snapshot.server;
  if (source === null) return null;
  const setting = settingOf(source, snapshot.sessionUser.name, snapshot.database.name);
  const isReplica = source === "recovery";
  const check = "To check the privileges here, set `mode: check`.";
  if (setting !== undefined)
    return failure({
      code: "read-only-setting",
      message: sentence`\`default_transaction_read_only\` is on for ${setting.where}, so nothing can be granted.`,
      hint: "Someone protected it from changes. The server itself is not read-only.",
      steps: [sentence`To remove the setting, run as ${setting.who}:`, run(...writableAgain(setting.alter)), check],
    });
  return failure({
    code: "read-only",
    message: "This server is read-only, so nothing can be granted.",
    hint: isReplica
      ? "It is a replica."
      : "Azure made it so because its storage is nearly full, or a parameter is set.",
    steps: [...(isReplica ? ["Set `host` to the primary server."] : WRITABLE_AGAIN), check],
  });
}

const WRITABLE_AGAIN = [
  "See the `Storage percent` of the server under `Metrics` in the Azure portal. If it is less than 95, set the parameter `default_transaction_read_only` to `off` (`Server parameters`). If it is more, enlarge the storage:",
  run("az postgres flexible-server update --resource-group <resource-group> --name <server> --storage-size <gib>"),
];
