import type { Demand } from "../model/demand.ts";
import { AZURE_ADMIN } from "../model/entra-label.ts";
import { isRelation } from "../model/kinds.ts";
import { type Changed, type Warning, warning } from "../model/report.ts";
import { code, inOurWords, listOf, name, type Sentence, sentence, someNames } from "../model/sentence.ts";
import { type Grantee, type Group, heldBy, type Role, type Snapshot } from "../model/snapshot.ts";
import { quoteIdentifier } from "../text/sql.ts";
import { type Drift, demandedOn } from "./drift.ts";
import { futureWarnings } from "./future.ts";
import { identityWarnings } from "./identity.ts";
import { pitfallWarnings } from "./pitfalls.ts";
import { settingOf, writableAgain } from "./setting.ts";

/**
 * The reasons why the app may fail although it holds the privileges, or may do more than they allow.
 * @param future the default privileges that differ from the demand and are not demanded
 * @param beyond the objects on which more is held than is demanded, or was before it was revoked
 */
export function warningsFor(
  snapshot: Snapshot,
  demand: Demand,
  grantee: Grantee,
  future: Drift["future"],
  beyond: readonly Changed[],
): readonly Warning[] {
  const { actor, pitfalls } = grantee;
  const { database, server, groups, unmatchedPatterns } = snapshot;
  return [
    ...cannotLogIn(grantee),
    ...warning("grantee-read-only", readOnlySessions(database.name, demand, grantee)),
    ...warning("search-path", uselessPath(database.name, demand, grantee)),
    ...identityWarnings(server, demand, grantee),
    ...futureWarnings(grantee, future, beyond),
    ...pitfallWarnings(pitfalls),
    ...warning("grantee-is-owner", granteeIsOwner(groups, demand, actor)),
    ...warning("trigger-and-create", triggerAndCreate(snapshot, demand, grantee)),
    ...warning("grantee-is-administrator", administers(database, grantee)),
    ...warning("elastic-cluster", server.citus ? ELASTIC_CLUSTER : undefined),
    ...unmatchedPatterns.flatMap((pattern) => warning("exclude-matches-nothing", matchesNothing(pattern))),
  ];
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
const ELASTIC_CLUSTER = sentence`This server is an elastic cluster (extension \`citus\`). Only the coordinator was checked, not the worker nodes. Default privileges do not apply on the worker nodes.`;

const matchesNothing = (pattern: string) =>
  sentence`The \`exclude\` pattern ${code(pattern)} matches nothing. Correct it, or remove it if the object was dropped.`;

function cannotLogIn({ role }: Grantee): readonly Warning[] {
  const who = name(role.name);
  const run = (option: string) => code(`ALTER ROLE ${quoteIdentifier(role.name)} ${option};`);
  const closed = sentence`${who} is not permitted to log in. Unless it is a group, run ${run("LOGIN")}`;
  if (!role.canLogin) return warning("grantee-cannot-log-in", closed);
  const limited = sentence`${who} cannot connect, because it has CONNECTION LIMIT 0. Run ${run("CONNECTION LIMIT -1")}`;
  const expired = sentence`VALID UNTIL of ${who} has passed. It cannot sign in with a password, and perhaps not with Microsoft Entra either, which Microsoft does not document. Run ${run("VALID UNTIL 'infinity'")}`;
  return [
    ...warning("grantee-cannot-connect", role.noConnections ? limited : undefined),
    ...warning("grantee-expired", role.expired ? expired : undefined),
  ];
}

/** Settings of the role that signs in count, whatever role its sessions begin as. */
function readOnlySessions(database: string, { tablePrivileges }: Demand, { role, readOnly }: Grantee) {
  const writes = tablePrivileges === "ALL" || tablePrivileges.some((privilege) => WRITING.has(privilege));
  const setting = readOnly === null ? undefined : settingOf(readOnly, role.name, database);
  if (!writes || setting === undefined) return undefined;
  return sentence`Writing as ${name(role.name)} fails, because \`default_transaction_read_only\` is on for ${setting.where}. Run as ${setting.who}: ${code(writableAgain(setting.alter).join(" "))}`;
}

/** An app that qualifies its names works. A path of nothing but system schemas is there for such an app. */
function uselessPath(database: string, { schemas }: Demand, { role, actor, searchPath }: Grantee) {
  const setting = searchPath === null ? undefined : settingOf(searchPath.source, role.name, database);
  if (searchPath === null || setting === undefined) return undefined;
  const path = schemas === "*" ? "<schema>" : schemas.map((each) => quoteIdentifier(each)).join(", ");
  return sentence`Unqualified names fail as ${name(role.name)}, because \`search_path\` is ${code(searchPath.value)} for ${setting.where}, and it names no schema that exists and on which ${name(actor.name)} has USAGE. Unless the app qualifies all names or sets a path of its own, run as ${setting.who}: ${code(`${setting.alter} SET search_path = ${path};`)}`;
}

const WRITING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "TRUNCATE"]);

function granteeIsOwner(groups: readonly Group[], demand: Demand, actor: Role): Sentence | undefined {
  const isLimited = ({ kind }: Group) =>
    (kind === "sequence" ? demand.sequencePrivileges : demand.tablePrivileges) !== "ALL";
  const limited = groups.filter(
    (group) => isRelation(group.kind) && group.skipped === "" && group.owner === actor && isLimited(group),
  );
  const count = limited.reduce((sum, group) => sum + group.size, 0);
  if (count === 0) return undefined;
  return sentence`${name(actor.name)} owns ${count} of the tables and sequences, so it can do anything with them, whatever the privilege lists say. Change their owner with ALTER … OWNER TO.`;
}

/** TRIGGER lets a role that can create a function run code as the role that writes to the table next. */
function triggerAndCreate({ groups, server }: Snapshot, demand: Demand, grantee: Grantee): Sentence | undefined {
  const tables = groups.filter((group) => group.kind === "table" && group.skipped === "");
  const demanded = tables.filter((group) => demandedOn(group, demand, server.version).includes("TRIGGER"));
  const isCreatable = (group: Group) => group.kind === "schema" && heldBy(group, grantee).has("CREATE");
  const schemas = groups.filter(isCreatable).flatMap(({ members }) => members.map((schema) => [schema.name]));
  if (!demanded.some((group) => heldBy(group, grantee).has("TRIGGER")) || schemas.length === 0) return undefined;
  return sentence`${name(grantee.actor.name)} has TRIGGER and can create functions in ${someNames(schemas)}. With both, it can run code as the next role that writes to a table. Most apps need only \`table-privileges: SELECT, INSERT, UPDATE, DELETE\`.`;
}

/** The privilege lists do not limit an administrator. */
function administers(database: Snapshot["database"], { role, actor }: Grantee): Sentence | undefined {
  const others = actor === role ? [] : attributesOf(actor, database);
  const acts = sentence`begins its sessions as ${name(actor.name)}, which ${listOf(others)}`;
  const reasons = [...attributesOf(role, database), ...(others.length > 0 ? [acts] : [])];
  if (reasons.length === 0) return undefined;
  return sentence`${name(role.name)} ${listOf(reasons)}, so it can do more than the privilege lists say. Let the app sign in as a separate role.`;
}

/** The attributes that make a role an administrator, as words for a sentence. */
function attributesOf(role: Role, database: Snapshot["database"]): readonly Sentence[] {
  return [
    ...(role.azureAdmin ? [sentence`is a member of ${name(AZURE_ADMIN)}`] : []),
    ...(role.createRole ? [inOurWords("has CREATEROLE")] : []),
    ...(role.bypassRls ? [inOurWords("has BYPASSRLS")] : []),
    ...(database.owner === role ? [sentence`owns database ${name(database.name)}`] : []),
  ];
}
