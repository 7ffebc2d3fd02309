import { AZURE_ADMIN } from "../model/entra-label.ts";
import { isInSchema } from "../model/kinds.ts";
import { type Privilege, withoutGrantOption } from "../model/privileges.ts";
import { REASONS, type Reason } from "../model/reasons.ts";
import type { Fix, FixBlock, Runner } from "../model/report.ts";
import { code, EMPTY, inOurWords, listOf, name, type Sentence, sentence } from "../model/sentence.ts";
import type { Role, Snapshot } from "../model/snapshot.ts";
import { distinctBy, groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";
import { AS_SESSION_USER, canUseSchema } from "./acting-role.ts";
import { batchesOf, sqlOf, statementsIn } from "./batches.ts";
import { membershipSql } from "./membership.ts";
import { type Blocked, DROPPED_MEANWHILE } from "./plan.ts";
import { type Change, statementsOf, withRoles } from "./statements.ts";

/**
 * The SQL that fixes what is left, in an order in which it can be run: what `apply` would run, what else this login can
 * run, what other roles have to grant each other first, then a block for each role that has to help.
 * @param applied the changes that `apply` would make
 */
export function fixBlocks(
  session: SessionFacts,
  left: readonly Blocked[],
  applied: ReadonlySet<Change>,
): readonly FixBlock[] {
  const { sessionUser } = session;
  const complete = left.filter(({ reason }) => !REASONS[reason].noteFirst);
  const own = complete.filter(({ byLogin }) => byLogin).map(({ change }) => change);
  const byApply = own.filter((change) => applied.has(change));
  const byHand = own.filter((change) => !applied.has(change));
  const others = complete
    .filter(({ byLogin }) => !byLogin)
    .flatMap((each) => {
      const actor = actorFor(session, each);
      return actor === null ? [] : { ...each, actor };
    });
  const blocks: readonly FixBlock[] = [
    { as: sessionUser.name, runnable: true, statements: scriptOf(byApply, sessionUser.roleSet) },
    { as: sessionUser.name, runnable: true, byHand: true, statements: scriptOf(byHand, sessionUser.roleSet) },
    ...preparations(session, others),
    ...[...Map.groupBy(others, ({ actor }) => actor)].map(
      ([actor, mine]): FixBlock => ({
        ...runBy(actor),
        runnable: false,
        statements: changesBy(actor, mine).flatMap((changes) => scriptOf(changes, actor.roleSet)),
      }),
    ),
  ];
  return blocks.filter(({ statements }) => statements.length > 0);
}

/** The session that the SQL is for: its server, its database, and the role that signed in. */
type SessionFacts = Pick<Snapshot, "sessionUser" | "database" | "server">;

/** A change that another role has to make. */
interface ByOther extends Blocked {
  readonly actor: Role;
}

/**
 * The changes as another role makes them. The server may refuse to that role too what it refused to this login: each such
 * change is a list of its own, and thus a transaction of its own.
 */
function changesBy(actor: Role, mine: readonly ByOther[]): readonly (readonly Change[])[] {
  const acting = canSignIn(actor) ? AS_SESSION_USER : { as: actor, oneByOne: false };
  const by = ({ change }: ByOther): Change => ({ ...change, acting });
  const of = (reason: Reason) => mine.filter((each) => each.reason === reason).map(by);
  const rest = mine.filter(({ reason }) => reason !== "refused" && reason !== "not-tried");
  return [rest.map(by), ...of("refused").map((change) => [change]), of("not-tried")];
}

/**
 * What fixes one finding, by itself: SQL, a note, or both.
 * @param changes all changes that the SQL makes, if it makes the same change of several objects
 */
export function fixFor(session: SessionFacts, blocked: Blocked, changes: readonly Change[] = [blocked.change]): Fix {
  const { change, reason, byLogin, advice } = blocked;
  const actor = actorFor(session, blocked);
  const note = noteFor(session, blocked, actor, changes);
  const { steps } = advice ?? REASONS[reason];
  const noted = { ...(note !== undefined && { note }), ...(steps !== undefined && { steps }) };
  if (actor === null) return noted;
  if (byLogin) {
    const { as, membership } = change.acting;
    if (membership) return { as: actor.name, sql: scriptOf([change], false).join(" "), ...noted };
    return { ...statementBy(actor, sqlOf(changes), as === null ? undefined : quoteIdentifier(as.name)), ...noted };
  }
  const first = neededFor(session, change, actor).map(({ by, sql }) => statementBy(by, sql));
  return {
    ...(first.length > 0 && { first }),
    ...statementBy(actor, sqlOf(changes.map((each) => ({ ...each, acting: AS_SESSION_USER })))),
    ...noted,
  };
}

/** @param role what SET ROLE needs before */
function statementBy(actor: Role, sql: string, role = roleToSet(actor)) {
  return { ...runBy(actor), sql: role === null ? sql : `SET ROLE ${role}; ${sql}` };
}

/**
 * What SET ROLE needs before SQL runs as a role; null: nothing. Nobody signs in as a role that cannot log in or has
 * expired: one of its members sets the role.
 */
function roleToSet(actor: Role): string | null {
  if (!canSignIn(actor)) return quoteIdentifier(actor.name);
  return actor.roleSet ? "NONE" : null;
}

function runBy(role: Role): Runner {
  return canSignIn(role) ? { as: role.name } : { as: role.name, byMember: true };
}

const canSignIn = ({ canLogin, expired }: Role): boolean => canLogin && !expired;

/** The role that runs the SQL; null if there is no SQL for this reason. */
function actorFor(session: SessionFacts, { change, reason, byLogin, otherNotFound }: Blocked): Role | null {
  const login = session.sessionUser;
  if (REASONS[reason].noSql) return null;
  if (byLogin) return login;
  const role = change.grantor ?? change.group.owner;
  const actor = loginFor(session, role);
  // What the server refused to the role itself, it refuses again, unless the reason is the search_path.
  if (REASONS[reason].byServer && (change.acting.as ?? login) === role && !otherNotFound) return null;
  const needed = [actor, ...neededFor(session, change, actor).map(({ by }) => by)];
  return needed.some(({ gone }) => gone) ? null : actor;
}

/** A statement that another role has to run before. */
interface Preparation {
  readonly by: Role;
  readonly sql: string;
}

/** The grants that the role that runs the SQL needs before: CONNECT on the database, and USAGE on the schema. */
function neededFor(session: SessionFacts, { group }: Change, actor: Role): readonly Preparation[] {
  const { schema } = group;
  const toRole = ({ name: role }: Role) => `TO ${quoteIdentifier(role)};`;
  const isUsable = schema === undefined || actor.superuser || canUseSchema(group, actor);
  const onSchema = `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema?.name ?? "")} ${toRole(actor)}`;
  const usage = isUsable ? [] : [{ by: loginFor(session, schema.owner), sql: onSchema }];
  const unable = new Set([actor, ...usage.map(({ by }) => by)].filter((each) => canSignIn(each) && !each.connects));
  const onDatabase = `GRANT CONNECT ON DATABASE ${quoteIdentifier(session.database.name)}`;
  const by = loginFor(session, session.database.owner);
  return [...[...unable].map((each) => ({ by, sql: `${onDatabase} ${toRole(each)}` })), ...usage];
}

/**
 * The role to sign in as for an owner: for pg_database_owner the owner of the database, if that has its privileges
 * without SET ROLE.
 */
function loginFor(session: SessionFacts, owner: Role): Role {
  const member = membersFor(session, owner);
  return member.gone || session.server.databaseOwnerInherits ? member : owner;
}

/**
 * The role whose members may act for an owner. The owner of `public` from 15 on, except on Azure, is pg_database_owner,
 * whose only, implicit member is the database's owner: https://www.postgresql.org/docs/current/predefined-roles.html
 */
function membersFor({ database }: SessionFacts, owner: Role): Role {
  return owner.name === "pg_database_owner" ? database.owner : owner;
}

/** Advice before the SQL, besides it, or instead of it. */
function noteFor(
  session: SessionFacts,
  { change, reason, otherNotFound, serverMessage = "", advice, tried }: Blocked,
  actor: Role | null,
  changes: readonly Change[],
): Sentence | undefined {
  const { grantee, grantedTo = [] } = change;
  if (otherNotFound) return DROPPED_MEANWHILE.test(serverMessage) ? RUN_AGAIN : NEEDS_SEARCH_PATH;
  if (actor !== null && grantedTo.length > 0) {
    const roles = listOf(grantedTo.map((role) => (role === "PUBLIC" ? inOurWords(role) : name(role))));
    return sentence`${name(grantee.name)} granted the privilege to ${roles}. Revoke those grants first, as ${name(grantee.name)}. Run this action afterwards with \`mode: apply\`, because a grantee may hold the privilege only by them.`;
  }
  if (reason === "grantor-lacks-option") return noteForGrantor(changes);
  if (reason === "not-owner" && actor !== null) return noteForOwner(session, change, actor, tried);
  // The role that would have to run the SQL was dropped.
  const isGone = actor === null && !REASONS[reason].noSql && !REASONS[reason].byServer;
  return advice?.hint ?? REASONS[isGone ? "role-gone" : reason].advice;
}

const RUN_AGAIN = sentence`Another session drops something that GRANT reads. Run the job again when no migration runs at the same time. If the error persists, a catalog of the database is damaged.`;

const NEEDS_SEARCH_PATH = sentence`A function that runs on GRANT, such as that of an event trigger, uses something that the server does not find. Look for it in this database with psql (${code("\\d")}, ${code("\\df")}). If it is not there, run the migration that creates it. If it is there, write its schema in the function, because this action sets ${code("search_path")} to pg_catalog, and psql does not.`;

/**
 * How to revoke what a role granted that no longer holds the grant option. The owner grants that on whole tables, because on
 * columns it could not revoke it while the role's grants to others are there.
 */
function noteForGrantor(revokes: readonly Change[]): Sentence | undefined {
  const grants = revokes.flatMap(({ grantor, columns: _, ...change }): Change[] => {
    const privileges = change.privileges.map(withoutGrantOption) as Privilege[];
    return grantor === undefined ? [] : [{ ...change, verb: "GRANT", grantee: grantor, privileges }];
  });
  const grantor = name(grants[0]?.grantee.name ?? "");
  const grant = statementsIn(grants).map((sql) => sql.replace(/;$/, " WITH GRANT OPTION;"));
  return sentence`Run as the owner: ${code(grant.join(" "))} Then run as ${grantor}: ${code(sqlOf(revokes))} Then, as the owner, revoke what ${grantor} did not hold before.`;
}

/**
 * The other way than running SQL as the owner: to run this action as it. Or to let the login act as it, if the login is meant
 * to grant: `check` and `plan` often run as one that must not.
 */
function noteForOwner(session: SessionFacts, change: Change, actor: Role, tried?: boolean): Sentence | undefined {
  const login = session.sessionUser;
  const owner = membersFor(session, actor);
  const exclude = isInSchema(change.group.kind) ? sentence`, or add the object to the input ${code("exclude")}` : EMPTY;
  if (owner.superuser)
    return sentence`${name(owner.name)} is a superuser. Any superuser can run this, or a role that holds the grant option. On Azure only Microsoft can sign in as a superuser: ask Microsoft support to run it${exclude}.`;
  if (tried === undefined) return undefined;
  const becomes = (member: string) => code(membershipSql(owner, { name: member }, session.server.version));
  if (owner.membership !== null)
    return sentence`Or set the input ${code("act-as-owner: true")}: ${name(login.name)} then grants itself the membership in ${name(owner.name)} for each transaction, and revokes it in the same transaction. Or let it act as ${name(owner.name)} from now on: ${becomes(login.name)} ${name(login.name)} can run this.`;
  const by = owner.memberOfLogin ? null : owner.grantableBy;
  if (tried && by !== null)
    return sentence`Or let ${name(login.name)} act as ${name(owner.name)}: ${becomes(login.name)} ${name(by)} can run this.`;
  if (!canSignIn(owner)) {
    const other = owner.grantableBy === login.name ? null : owner.grantableBy;
    return other === null
      ? sentence`If no role can act as ${name(owner.name)}, only a superuser can let one, or perhaps on Azure a member of ${name(AZURE_ADMIN)}: ${becomes(owner.memberOfLogin ? "<another role>" : login.name)}`
      : sentence`If no role can act as ${name(owner.name)}, ${name(other)} can let itself: ${becomes(other)}`;
  }
  if (change.verb === "REVOKE" || neededFor(session, change, owner).length > 0) return undefined;
  return sentence`Or run this action as ${name(owner.name)} with \`mode: apply\`.`;
}

/** The grants of the owners of the database and of schemas that let other roles run their blocks. */
function preparations(session: SessionFacts, others: readonly ByOther[]): readonly FixBlock[] {
  const needed = others.flatMap(({ change, actor }) => neededFor(session, change, actor));
  return groupsOf(
    distinctBy(needed, ({ sql }) => sql),
    ({ by }) => by,
  ).map((grants): FixBlock => {
    const [{ by }] = grants;
    const statements = grants.map(({ sql }) => sql);
    const role = roleToSet(by);
    return {
      ...runBy(by),
      runnable: false,
      prepares: true,
      statements: role === null ? statements : ["BEGIN;", `SET LOCAL ROLE ${role};`, ...statements, "COMMIT;"],
    };
  });
}

/** Batches as `apply` makes them, each its own transaction; a single plain statement needs none around it. */
function scriptOf(changes: readonly Change[], roleSet: boolean): readonly string[] {
  const batches = batchesOf(changes).map(statementsOf);
  const all = batches.flat();
  const plain = !roleSet && all.every(({ as }) => as === null);
  if (plain && all.length === 1) return all.map(({ sql }) => sql);
  return batches.flatMap((batch) => ["BEGIN;", ...(plain ? batch.map(({ sql }) => sql) : withRoles(batch)), "COMMIT;"]);
}
