import { isRelation } from "../model/kinds.ts";
import { REASONS } from "../model/reasons.ts";
import type { Fix, FixBlock, Reason } from "../model/report.ts";
import { code, name, type Sentence, sentence } from "../model/sentence.ts";
import { type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { quoteIdentifier } from "../text/sql.ts";
import { batchesOf } from "./batches.ts";
import { type Blocked, type Plan, sessionRole } from "./plan.ts";
import { type Change, membershipSql, statementsOf, withRoles } from "./statements.ts";

/** The SQL that fixes what is left: first what this login can run, then a block for each role that has to help. */
export function fixBlocks(snapshot: Snapshot, { changes, blocked }: Plan): readonly FixBlock[] {
  const own: FixBlock = {
    as: sessionRole(snapshot).name,
    runnable: true,
    statements: scriptOf(changes, snapshot.server.roleSet),
  };
  const byActor = Map.groupBy(blocked, ({ change, reason }) => actorFor(snapshot, change, reason));
  const others = [...byActor].flatMap(([actor, theirs]): readonly FixBlock[] => {
    if (actor === null) return [];
    const statements = scriptOf(
      theirs.map(({ change }) => (actor.canLogin ? change : { ...change, as: actor })),
      false,
    );
    const instead = theirs.some(({ reason }) => reason === "not-owner")
      ? { instead: membershipFor(snapshot, actor) }
      : {};
    return [{ ...runBy(actor), runnable: false, statements, ...instead }];
  });
  return [own, ...usageForOwners(snapshot, blocked), ...others].filter(
    ({ statements }) => statements.length > 0,
  );
}

/** What ends one finding: whoever runs it has to do no more about that object. */
export function fixFor(snapshot: Snapshot, change: Change, reason: Reason): Fix {
  const actor = actorFor(snapshot, change, reason);
  const note = reason === "not-owner" && actor ? membershipFor(snapshot, actor) : REASONS[reason].advice;
  const noted = note === undefined ? {} : { note };
  if (actor === null) return noted;
  const sql = statementsOf([{ ...change, oneByOne: false }])
    .map((statement) => statement.sql)
    .join(" ");
  if (REASONS[reason].runAs === "login") {
    return { as: actor.name, sql: change.as === null ? sql : settingRole(change.as, sql), ...noted };
  }
  const first = ownerLacksUsage(change)
    ? { first: statementBy(schemaOwnerOf(snapshot, change), usageSql(change)) }
    : {};
  return { ...first, ...statementBy(actor, sql), ...noted };
}

/** Nobody signs in as a role that cannot log in: one of its members sets the role. */
function statementBy(actor: Role, sql: string) {
  return { ...runBy(actor), sql: actor.canLogin ? sql : settingRole(actor, sql) };
}

function runBy({ name, canLogin }: Role): Pick<FixBlock, "as" | "byMember"> {
  return canLogin ? { as: name } : { as: name, byMember: true };
}

function settingRole(role: Role, sql: string): string {
  return `SET ROLE ${quoteIdentifier(role.name)}; ${sql}`;
}

/** The role that runs the SQL for a reason; null where SQL for this object is not the answer. */
function actorFor(snapshot: Snapshot, change: Change, reason: Reason): Role | null {
  switch (REASONS[reason].runAs) {
    case "login":
      return sessionRole(snapshot);
    case "owner":
      return loginFor(snapshot, change.owner);
    case "grantor":
      return otherGrantorOf(snapshot, change);
    case null:
      return null;
  }
}

function otherGrantorOf(snapshot: Snapshot, { group, grantee, privileges }: Change): Role | null {
  const item = group.acl.find(
    (each) =>
      each.grantee === grantee.oid &&
      each.grantor !== group.owner &&
      privileges.some((privilege) => privilege === each.privilege),
  );
  return snapshot.roles.get(item?.grantor ?? "") ?? null;
}

function ownerLacksUsage({ group, owner }: Change): boolean {
  return isRelation(group.kind) && group.schema !== undefined && !group.schema.usableBy.has(owner.oid);
}

function schemaOwnerOf(snapshot: Snapshot, { group, owner }: Change): Role {
  return loginFor(snapshot, roleOf(snapshot, group.schema?.owner ?? owner.oid));
}

/**
 * The role to sign in as for an owner. The owner of `public` from 15 on, except on Azure, is pg_database_owner, whose
 * only, implicit member is the database's owner: https://www.postgresql.org/docs/current/predefined-roles.html
 */
function loginFor(snapshot: Snapshot, owner: Role): Role {
  if (owner.name !== "pg_database_owner") return owner;
  const database = snapshot.groups.find(({ kind }) => kind === "database");
  return roleOf(snapshot, database?.owner ?? owner.oid);
}

/** The other way than running SQL as the owner: to become a member of it. */
function membershipFor(snapshot: Snapshot, owner: Role): Sentence {
  const login = sessionRole(snapshot);
  if (owner.superuser) {
    return sentence`${name(owner.name)} is a superuser. On Azure only Microsoft can sign in as a superuser: to skip the object there, add it to the input ${code("exclude")}.`;
  }
  const membership = code(membershipSql(owner, login, snapshot.server.version));
  const who = owner.administered
    ? sentence`${name(login.name)} can run this.`
    : sentence`This requires ADMIN OPTION on ${name(owner.name)}.`;
  return sentence`Or let ${name(login.name)} act as ${name(owner.name)}: ${membership} ${who}`;
}

function usageSql({ group, owner }: Change): string {
  return `GRANT USAGE ON SCHEMA ${quoteIdentifier(group.schema?.name ?? "")} TO ${quoteIdentifier(owner.name)};`;
}

/** Before an owner without USAGE on the schema can run its block, the schema's owner has to grant it USAGE. */
function usageForOwners(snapshot: Snapshot, blocked: readonly Blocked[]): readonly FixBlock[] {
  const pairs = new Map(
    blocked
      .filter(({ change, reason }) => ownerLacksUsage(change) && actorFor(snapshot, change, reason) !== null)
      .map(({ change }) => [`${change.group.schema?.oid} ${change.owner.oid}`, change]),
  );
  const bySchemaOwner = Map.groupBy(pairs.values(), (change) => schemaOwnerOf(snapshot, change));
  return [...bySchemaOwner].map(([actor, changes]): FixBlock => {
    const statements = changes.map(usageSql);
    const setRole = `SET LOCAL ROLE ${quoteIdentifier(actor.name)};`;
    return {
      ...runBy(actor),
      runnable: false,
      statements: actor.canLogin ? statements : ["BEGIN;", setRole, ...statements, "COMMIT;"],
    };
  });
}

/** Batches as `apply` makes them, each its own transaction; a single plain statement needs none around it. */
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
