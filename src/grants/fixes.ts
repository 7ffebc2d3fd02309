import type { Demand } from "../model/demand.ts";
import type { MendingBlock, Reason } from "../model/report.ts";
import { type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { judgesExtra } from "./drift.ts";
import { isRelation } from "./kinds.ts";
import { batchesOf, type Hopeless, type Plan, planFor, sessionRole } from "./plan.ts";
import { type Change, membershipSql, quoteIdentifier, statementsOf, withRoles } from "./statements.ts";
import { code } from "./wording.ts";

/** The SQL that mends what is left for these grantees. */
export function mendingFor(
  snapshot: Snapshot,
  demand: Demand,
  names: readonly string[],
): readonly MendingBlock[] {
  return mendingBlocks(snapshot, planFor(snapshot, demand, names, judgesExtra(demand)));
}

/** The SQL that mends what is left: first what this login can run, then a block for each role that has to help. */
export function mendingBlocks(snapshot: Snapshot, { changes, hopeless }: Plan): readonly MendingBlock[] {
  const own: MendingBlock = {
    as: sessionRole(snapshot).name,
    runnable: true,
    statements: scriptOf(changes, snapshot.server.roleSet),
  };
  const others = hopeless.flatMap(({ change, reason }) => {
    const actor = actorFor(snapshot, change, reason);
    return actor === null ? [] : { actor, change, reason };
  });
  const blocks = [...Map.groupBy(others, ({ actor }) => actor)].map(([actor, theirs]): MendingBlock => {
    const instead = theirs.some(({ reason }) => reason === "not-owner") && membershipFor(snapshot, actor);
    return {
      ...blockOf(
        actor,
        theirs.map(({ change }) => change),
      ),
      ...(instead ? { instead } : {}),
    };
  });
  return [own, ...wayForOwners(snapshot, hopeless), ...blocks].filter(
    ({ statements }) => statements.length > 0,
  );
}

/** A block for another role; one that cannot log in is set by the member who runs the block. */
function blockOf(actor: Role, changes: readonly Change[]): MendingBlock {
  if (actor.canLogin) return { as: actor.name, runnable: false, statements: scriptOf(changes, false) };
  const asActor = changes.map((change) => ({ ...change, as: actor }));
  return { as: actor.name, byMember: true, runnable: false, statements: scriptOf(asActor, false) };
}

/** The next thing to do about one object, in a sentence; what follows the SQL holds for all of one owner and reason. */
export function fixFor(snapshot: Snapshot, change: Change, reason: Reason): string {
  const sql = statementsOf([{ ...change, oneByOne: false }])
    .map((statement) => statement.sql)
    .join(" ");
  const login = code(sessionRole(snapshot).name);
  const owner = standIn(snapshot, change.owner);
  switch (reason) {
    case "not-granted":
    case "not-revoked": {
      const setRole = change.as === null ? "" : `SET ROLE ${quoteIdentifier(change.as.name)}; `;
      return `Run as ${login}: ${code(setRole + sql)}`;
    }
    case "not-owner":
      return `Run ${asOwner(snapshot, change, sql)} ${membershipFor(snapshot, owner)}`;
    case "owner-lacks-usage":
      return `${code(owner.name)} may not use its own schema. Run ${asOwner(snapshot, change, sql)}`;
    case "locked":
      return "Somebody held a lock on it. Run this step again when the migration or job that holds it is done.";
    case "read-only":
      return `Run against the primary: ${code(sql)}`;
    case "not-direct":
      return "Revoking it from the grantee would change nothing: take it from where it comes from, or the grantee out of that role.";
    case "other-grantor":
      return `Run as the role that granted it: ${code(sql)}`;
    case "dependent-privileges":
      return `The grantee has granted it on. Take that back first, or run ${asOwner(snapshot, change, sql.replace(/;$/, " CASCADE;"))}`;
    case "column-privileges":
      return `Held on columns: revoke it there, column by column. This would take all of them: ${code(sql)}`;
    case "gone":
      return "It was dropped while this ran. Run this step again.";
    case "refused":
      return `Run ${asOwner(snapshot, change, sql)}`;
  }
}

/** An owner that may not use its own schema needs the schema's owner first. */
function asOwner(snapshot: Snapshot, change: Change, sql: string): string {
  const owner = asActor(standIn(snapshot, change.owner), sql);
  if (!ownerLacksUsage(change)) return owner;
  return `${asActor(schemaOwnerOf(snapshot, change), usageSql(change))} Then ${owner}`;
}

function ownerLacksUsage({ group, owner }: Change): boolean {
  return isRelation(group.kind) && group.schema !== undefined && !group.schema.usableBy.has(owner.oid);
}

function schemaOwnerOf(snapshot: Snapshot, { group, owner }: Change): Role {
  return standIn(snapshot, roleOf(snapshot, group.schema?.owner ?? owner.oid));
}

/** Nobody signs in as a role that cannot log in: its members set it. */
function asActor(actor: Role, sql: string): string {
  if (actor.canLogin) return `as ${code(actor.name)}: ${code(sql)}`;
  return `as a member of ${code(actor.name)}: ${code(`SET ROLE ${quoteIdentifier(actor.name)}; ${sql}`)}`;
}

/**
 * Who acts for pg_database_owner, which owns `public` from 15 on but for Azure: its one, implicit member.
 * https://www.postgresql.org/docs/current/predefined-roles.html
 */
function standIn(snapshot: Snapshot, role: Role): Role {
  if (role.name !== "pg_database_owner") return role;
  const database = snapshot.groups.find(({ kind }) => kind === "database");
  return roleOf(snapshot, database?.owner ?? role.oid);
}

/** The other way than running SQL as the owner: membership, and who may give it. */
function membershipFor(snapshot: Snapshot, owner: Role): string {
  const [login, name] = [sessionRole(snapshot), code(owner.name)];
  if (owner.superuser) {
    return `${name} is a superuser, on Azure Microsoft's own: where nobody can sign in as one, name the object in the input \`exclude\`.`;
  }
  const membership = code(membershipSql(owner, login, snapshot.server.version));
  const who = owner.administered
    ? `${code(login.name)} itself may run that`
    : `an administrator of ${name} may`;
  return `Or let ${code(login.name)} act for it: ${membership} (${who})`;
}

function usageSql({ group, owner }: Change): string {
  return `GRANT USAGE ON SCHEMA ${quoteIdentifier(group.schema?.name ?? "")} TO ${quoteIdentifier(owner.name)};`;
}

/** Who can do what this login cannot; null where SQL by somebody else is not the answer. */
function actorFor(snapshot: Snapshot, change: Change, reason: Reason): Role | null {
  if (reason === "not-direct" || reason === "column-privileges") return null;
  if (reason !== "other-grantor") return standIn(snapshot, change.owner);
  const item = change.group.acl.find(
    ({ grantee, grantor, privilege }) =>
      grantee === change.grantee.oid &&
      grantor !== change.group.owner &&
      change.privileges.some((p) => p === privilege),
  );
  return snapshot.roles.get(item?.grantor ?? "") ?? null;
}

/** Owners that may not use their own schema need its owner's help before their own blocks work. */
function wayForOwners(snapshot: Snapshot, others: readonly Hopeless[]): readonly MendingBlock[] {
  const pairs = new Map(
    others
      .filter(({ change, reason }) => ownerLacksUsage(change) && actorFor(snapshot, change, reason) !== null)
      .map(({ change }) => [`${change.group.schema?.oid} ${change.owner.oid}`, change]),
  );
  const bySchemaOwner = Map.groupBy(pairs.values(), (change) => schemaOwnerOf(snapshot, change));
  return [...bySchemaOwner].map(([actor, changes]): MendingBlock => {
    const statements = changes.map(usageSql);
    if (actor.canLogin) return { as: actor.name, runnable: false, statements };
    const setRole = `SET LOCAL ROLE ${quoteIdentifier(actor.name)};`;
    return {
      as: actor.name,
      byMember: true,
      runnable: false,
      statements: ["BEGIN;", setRole, ...statements, "COMMIT;"],
    };
  });
}

/** Batches as `apply` makes them, each its own transaction; what is a single plain statement needs none around it. */
function scriptOf(changes: readonly Change[], roleSet: boolean): readonly string[] {
  const batches = batchesOf(changes).map(statementsOf);
  const [only] = batches.flat();
  if (batches.flat().length === 1 && only?.as === null && !roleSet) return [only.sql];
  const plain = !roleSet && batches.flat().every(({ as }) => as === null);
  return batches.flatMap((batch) => [
    "BEGIN;",
    ...(plain ? batch.map(({ sql }) => sql) : withRoles(batch)),
    "COMMIT;",
  ]);
}
