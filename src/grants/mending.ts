import type { MendingBlock, Reason } from "../report/report.ts";
import { batchesOf, type Hopeless, type Plan, sessionRole } from "./plan.ts";
import { type Role, roleOf, type Snapshot } from "./snapshot.ts";
import { type Change, membershipSql, quoteIdentifier, statementsOf, withRoles } from "./statements.ts";
import { code } from "./wording.ts";

/** The SQL that mends what is left: first what this login can run, then a block for each role that has to help. */
export function mendingBlocks(snapshot: Snapshot, { changes, hopeless }: Plan): readonly MendingBlock[] {
  const own: MendingBlock = {
    as: sessionRole(snapshot).name,
    runnable: true,
    statements: scriptOf(changes, snapshot.server.roleSet),
  };
  const others = hopeless.filter(({ change, reason }) => actorFor(snapshot, change, reason) !== null);
  const byRole = Map.groupBy(others, ({ change, reason }) => actorFor(snapshot, change, reason) as Role);
  const blocks = [...byRole].map(
    ([role, theirs]): MendingBlock => ({
      as: role.name,
      runnable: false,
      ...(theirs.some(({ reason }) => reason === "not-owner")
        ? { instead: membershipFor(snapshot, role) }
        : {}),
      statements: scriptOf(
        theirs.map(({ change }) => change),
        false,
      ),
    }),
  );
  return [own, ...wayForOwners(snapshot, others), ...blocks].filter(
    ({ statements }) => statements.length > 0,
  );
}

/** The next thing to do about one object, in a sentence; what follows the SQL holds for all of one owner and reason. */
export function fixFor(snapshot: Snapshot, change: Change, reason: Reason): string {
  const sql = statementsOf([{ ...change, oneByOne: false }])
    .map((statement) => statement.sql)
    .join(" ");
  const [login, owner] = [code(sessionRole(snapshot).name), code(change.owner.name)];
  switch (reason) {
    case "not-granted":
    case "not-revoked": {
      const setRole = change.as === null ? "" : `SET ROLE ${quoteIdentifier(change.as.name)}; `;
      return `Run as ${login}: ${code(setRole + sql)}`;
    }
    case "not-owner":
      return `Run as ${owner}: ${code(sql)} ${membershipFor(snapshot, change.owner)}`;
    case "owner-lacks-usage": {
      const schemaOwner = code(roleOf(snapshot, change.group.schema?.owner ?? change.owner.oid).name);
      return `${owner} may not use its own schema. Run as ${schemaOwner}: ${code(usageSql(change))} Then as ${owner}: ${code(sql)}`;
    }
    case "locked":
      return "Somebody held a lock on it. Run this step again when the migration or job that holds it is done.";
    case "read-only":
      return `Run against the primary: ${code(sql)}`;
    case "not-direct":
      return "Revoking it from the grantee would change nothing: take it from where it comes from, or the grantee out of that role.";
    case "other-grantor":
      return `Run as the role that granted it: ${code(sql)}`;
    case "dependent-privileges":
      return `The grantee has granted it on. Take that back first, or run as ${owner}: ${code(sql.replace(/;$/, " CASCADE;"))}`;
    case "column-privileges":
      return `Held on columns: revoke it there, column by column. This would take all of them: ${code(sql)}`;
    case "gone":
      return "It was dropped while this ran. Run this step again.";
    case "refused":
      return `Run as ${owner}: ${code(sql)}`;
  }
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
  if (reason !== "other-grantor") return change.owner;
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
      .filter(({ reason }) => reason === "owner-lacks-usage")
      .map(({ change }) => [`${change.group.schema?.oid} ${change.owner.oid}`, change]),
  );
  const bySchemaOwner = Map.groupBy(pairs.values(), ({ group }) =>
    group.schema === undefined ? "" : roleOf(snapshot, group.schema.owner).name,
  );
  return [...bySchemaOwner].map(([as, changes]) => ({
    as,
    runnable: false,
    statements: changes.map(usageSql),
  }));
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
