import type { Demand } from "../model/demand.ts";
import { isRelation } from "../model/kinds.ts";
import { inOrder, isGrantOption } from "../model/privileges.ts";
import type { Changed, Warning } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, type Sentence, sentence, someNames } from "../model/sentence.ts";
import { EVERYBODY, type Grantee, PUBLIC, type Role, type Snapshot } from "../model/snapshot.ts";
import { series } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";
import { AS_SESSION_USER } from "./acting-role.ts";
import { type Drift, demandedOn, type Finding } from "./drift.ts";
import { identityWarnings } from "./identity.ts";
import { limitsFor } from "./limits.ts";
import { pitfallWarnings } from "./pitfalls.ts";
import { resetReadOnly } from "./read-only.ts";
import { gives, holds } from "./sources.ts";
import { type Change, statementsOf } from "./statements.ts";

/**
 * Why the app may fail although it holds the privileges, and why it may do more than they allow.
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
  const { role, actor, pitfalls } = grantee;
  return [
    ...cannotLogIn(grantee),
    ...readOnlySessions(snapshot.database.name, demand, grantee),
    ...identityWarnings(snapshot.server, demand, grantee),
    ...sessionRoleRefused(grantee),
    ...missingDefaultPrivileges(grantee, future.missing),
    ...extraDefaultPrivileges(grantee, future.extra, beyond),
    ...pitfallWarnings(role, pitfalls),
    ...granteeIsOwner(snapshot.groups, demand, actor),
    ...triggerAndCreate(snapshot, demand, actor),
    ...limitsFor(snapshot, grantee),
    ...snapshot.unmatchedPatterns.map((pattern) => ({
      code: "exclude-matches-nothing",
      message: sentence`The \`exclude\` pattern ${code(pattern)} matches nothing. Correct it, or remove it if the object was dropped.`,
    })),
  ];
}

function cannotLogIn({ role, facts }: Grantee): readonly Warning[] {
  const who = name(role.name);
  const run = (option: string) => code(`ALTER ROLE ${quoteIdentifier(role.name)} ${option};`);
  if (!role.canLogin)
    return [
      {
        code: "grantee-cannot-log-in",
        message: sentence`${who} is not permitted to log in. Unless it is a group, run ${run("LOGIN")}`,
      },
    ];
  const limited: Warning = {
    code: "grantee-cannot-connect",
    message: sentence`${who} cannot connect, because it has CONNECTION LIMIT 0. Run ${run("CONNECTION LIMIT -1")}`,
  };
  const entra =
    facts.labels.length > 0
      ? inOurWords(" Microsoft does not document whether a sign-in with Microsoft Entra then still works.")
      : EMPTY;
  const expired: Warning = {
    code: "grantee-expired",
    message: sentence`The password of ${who} has expired (VALID UNTIL).${entra} Run ${run("VALID UNTIL 'infinity'")}`,
  };
  return [...(facts.noConnections ? [limited] : []), ...(role.expired ? [expired] : [])];
}

/** Settings of the role that signs in count, whatever role its sessions begin as. */
function readOnlySessions(
  database: string,
  { tablePrivileges }: Demand,
  { role, facts }: Grantee,
): readonly Warning[] {
  const writes = tablePrivileges === "ALL" || tablePrivileges.some((privilege) => WRITING.has(privilege));
  const reset = facts.readOnly === null ? undefined : resetReadOnly(facts.readOnly, role.name, database);
  if (!writes || reset === undefined) return [];
  return [
    {
      code: "grantee-read-only",
      message: sentence`Writing as ${name(role.name)} fails, because \`default_transaction_read_only\` is on for ${reset.where}. Run as ${reset.who}: ${code(reset.sql.join(" "))}`,
    },
  ];
}

const WRITING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "TRUNCATE"]);

/** The server only warns about a setting that it refuses, and the session goes on without it. */
function sessionRoleRefused({ role, actor, refused }: Grantee): readonly Warning[] {
  return refused.map((other) => ({
    code: "session-role-refused",
    message: sentence`Sessions of ${name(role.name)} are set to begin as ${name(other)} (ALTER ROLE … SET role), but the server refuses that: the role does not exist, or ${name(role.name)} cannot SET ROLE to it. The sessions begin as ${name(actor.name)}. Grant the membership, or remove the setting with ALTER ROLE … RESET role.`,
  }));
}

/** One warning for each role that creates objects which the grantee will not be able to use. */
function missingDefaultPrivileges({ role, actor }: Grantee, missing: readonly Finding[]): readonly Warning[] {
  return [...Map.groupBy(missing, ({ group }) => group.owner)].map(([creator, theirs]) => {
    const schemas = [...new Set(theirs.map(({ group }) => group.schema?.name ?? ""))].sort();
    const next = sentence`${name(role.name)} will be missing privileges on the next ${kindsOf(theirs)} that ${name(creator.name)} creates in ${someNames(schemas.map((each) => [each]))}.`;
    const changes = theirs.map(
      ({ columns: _, ...each }): Change => ({
        ...each,
        grantee: actor,
        verb: "GRANT",
        acting: AS_SESSION_USER,
      }),
    );
    const sql = statementsOf(changes).map((statement) => statement.sql);
    return {
      code: "default-privileges",
      message: sentence`${next} Set \`default-privileges: true\`, or run as ${name(creator.name)}: ${code(sql.join(" "))}`,
    };
  });
}

/** One warning for the default privileges of each creating role to each role (or PUBLIC) that bring back what is extra. */
function extraDefaultPrivileges(
  grantee: Grantee,
  extra: readonly Finding[],
  beyond: readonly Changed[],
): readonly Warning[] {
  const causes = extra
    .filter(({ group, member, privileges }) =>
      beyond.some(
        (found) =>
          found.owner === group.owner.name &&
          (group.schema === undefined || found.schema === group.schema.name) &&
          (found.kind === "sequence") === (member.name === "sequences") &&
          found.privileges.some((privilege) => privileges.includes(privilege)),
      ),
    )
    .flatMap(({ group, member, privileges }) => {
      const items = group.acl.filter((item) => holds(grantee, item));
      return [...new Set(items.map((item) => item.grantee))].flatMap((holder) => {
        const given = privileges.filter((privilege) =>
          items.some((item) => item.grantee === holder && gives(item, privilege)),
        );
        return groupsOf(given, (privilege) => `${isGrantOption(privilege)}`).map(
          (alike): Change => ({
            verb: "REVOKE",
            grantee: holder === PUBLIC ? EVERYBODY : holder,
            group,
            member,
            privileges: alike,
            acting: AS_SESSION_USER,
          }),
        );
      });
    });
  return groupsOf(causes, ({ group, grantee }) => `${group.owner.oid} ${grantee.oid}`).map((same) => {
    const [{ group, grantee: holder }] = same;
    const creator = name(group.owner.name);
    const given = inOurWords(series(inOrder(same.flatMap(({ privileges }) => privileges))));
    const everywhere = same.some(({ group }) => group.schema === undefined);
    const where = everywhere
      ? inOurWords("all schemas")
      : someNames(same.map(({ group }) => [group.schema?.name ?? ""]));
    const run =
      !everywhere && holder === grantee.role
        ? inOurWords("Set `default-privileges: true` and `on-extra: revoke`, or run")
        : inOurWords("Run");
    const sql = statementsOf(same).map((statement) => statement.sql);
    return {
      code: "extra-default-privileges",
      message: sentence`Default privileges of ${creator} give ${holder === EVERYBODY ? inOurWords(PUBLIC) : name(holder.name)} ${given} on each new ${kindsOf(same)} in ${where}, so what is extra comes back. ${run} as ${creator}: ${code(sql.join(" "))}`,
    };
  });
}

/** The kinds of objects that default privileges are about: `table or sequence`. */
function kindsOf(defaults: readonly Pick<Finding, "member">[]): Sentence {
  const names = new Set(defaults.map(({ member }) => member.name));
  return inOurWords(
    series(
      ["table", "sequence", "routine"].filter((kind) => names.has(`${kind}s`)),
      "or",
    ),
  );
}

function granteeIsOwner(groups: Snapshot["groups"], demand: Demand, actor: Role): readonly Warning[] {
  const owned = groups.filter(
    (group) => isRelation(group.kind) && group.skipped === "" && group.owner === actor,
  );
  const limited = owned.filter(
    (group) => (group.kind === "sequence" ? demand.sequencePrivileges : demand.tablePrivileges) !== "ALL",
  );
  const count = limited.reduce((sum, group) => sum + group.size, 0);
  if (count === 0) return [];
  return [
    {
      code: "grantee-is-owner",
      message: sentence`${name(actor.name)} owns ${count} of the tables and sequences, so it can do anything with them, whatever the privilege lists say. Change their owner with ALTER … OWNER TO.`,
    },
  ];
}

/** TRIGGER lets a role that can create a function run code as the role that writes to the table next. */
function triggerAndCreate(
  { groups, schemas, server }: Snapshot,
  demand: Demand,
  actor: Role,
): readonly Warning[] {
  const tables = groups.filter((group) => group.kind === "table" && group.skipped === "");
  const demanded = tables.some((group) => demandedOn(group, demand, server.version).includes("TRIGGER"));
  const creatable = schemas.filter((schema) => schema.creatableBy.has(actor));
  if (!demanded || creatable.length === 0) return [];
  return [
    {
      code: "trigger-and-create",
      message: sentence`${name(actor.name)} has TRIGGER and can create functions in ${someNames(creatable.map((schema) => [schema.name]))}. With both, it can run code as the next role that writes to a table. Most apps need only \`table-privileges: SELECT, INSERT, UPDATE, DELETE\`.`,
    },
  ];
}
