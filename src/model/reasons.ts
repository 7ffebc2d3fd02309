import { run, type Step, step } from "./failure.ts";
import type { Identity } from "./report.ts";
import { code, EMPTY, name, type Sentence, sentence, type Words } from "./sentence.ts";

/** Everything that follows from a reason: why something is missing or extra, whether SQL helps, what else helps. */
interface ReasonEntry {
  readonly why: Words | ((owner: string, login: string, identity?: Identity) => Sentence);
  /** No statement for the object is the answer. */
  readonly noSql?: true;
  /** The SQL works only after the note was followed: it is in the finding and not in the SQL file. */
  readonly noteFirst?: true;
  /** The server did not let the role that acted make the change, so SQL does not help that role either. */
  readonly byServer?: true;
  /** The advice alone is enough, and simpler than the SQL. */
  readonly isEnough?: true;
  /** Advice besides the SQL, or instead of it. */
  readonly advice?: Sentence;
  /** The steps of the advice. */
  readonly steps?: readonly Step[];
}

const LOCKS =
  "SELECT a.pid, a.usename, l.relation::regclass, l.mode, a.query\nFROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid AND a.datname = current_database()\nWHERE l.locktype IN ('relation', 'transactionid') AND l.granted AND a.pid <> pg_backend_pid();";

const ENTRIES = {
  "not-granted": {
    why: (_, login) => sentence`${name(login)} can grant this.`,
    isEnough: true,
    advice: sentence`Run this action with \`mode: apply\`.`,
  },
  "not-revoked": {
    why: (_, login) => sentence`${name(login)} can revoke this.`,
    advice: sentence`Or run this action with \`mode: apply\` and \`on-extra: revoke\`. If the grantee's entry in \`grants-file\` sets \`on-extra\`, change it there.`,
  },
  "session-role": {
    why: "Sessions of the grantee begin as another role (ALTER ROLE … SET role), and this action grants privileges to the grantee only.",
    advice: sentence`Or add that role to the input \`grantee\`, or remove the setting with ALTER ROLE … RESET role.`,
  },
  "read-only": {
    why: "This server is read-only: it is a replica, or its storage is nearly full.",
    noSql: true,
    advice: sentence`Run this action for the primary server, from which a replica gets its privileges: \`mode: apply\` grants there, and \`mode: plan\` shows the SQL. If this is the primary server, increase its storage before.`,
  },
  "not-owner": {
    why: (owner, login) => sentence`${name(login)} has neither the privileges of ${name(owner)} nor the grant option.`,
  },
  "owner-lacks-usage": { why: (owner) => sentence`${name(owner)} does not have USAGE on the schema.` },
  "role-gone": {
    why: "The role that owns the object or granted the privilege was dropped, and the catalogs still mention its OID.",
    noSql: true,
    advice: sentence`As a superuser, set an owner with ALTER … OWNER TO, or create the object again. On Azure, only Microsoft can sign in as a superuser.`,
  },
  locked: {
    why: "Another session held a lock on the object for too long or changed it at the same time, or the server's table of locks was full (`out of shared memory`).",
    noSql: true,
    advice: sentence`Run this step again when the other migration or job has finished, and let them run one after another.`,
    steps: [step("See which sessions hold locks in this database now:", run(LOCKS))],
  },
  refused: {
    why: "The server refused the statement.",
    byServer: true,
    isEnough: true,
    advice: sentence`Run this step again. If that changes nothing, an event trigger or an extension refuses the change.`,
  },
  "without-effect": {
    why: "The server accepted the statement, but the privilege did not change, or changed back.",
    byServer: true,
    isEnough: true,
    advice: sentence`Run this step again. If that changes nothing, an event trigger or an extension undoes the change, or the role that acted lacks the grant option: let the owner of the object make the change.`,
  },
  "not-tried": {
    why: "The server refused the same change for several objects with the same owner and privileges, so this one was not tried.",
  },
  "not-direct": {
    why: "The grantee holds the privilege through a role or PUBLIC, so a REVOKE from the grantee changes nothing.",
    noSql: true,
    advice: sentence`Revoke it from that role or from PUBLIC, so that all who hold it by them lose it: \`REVOKE <privilege> ON <object> FROM <role>;\` With \`undeclared: warn\`, the SQL file has this SQL for tables and sequences, unless the role is a grantee too. Of future objects, revoke it as the role that creates them: \`ALTER DEFAULT PRIVILEGES [IN SCHEMA <schema>] REVOKE <privilege> ON TABLES FROM <role>;\` Or remove the grantee from the role: \`REVOKE <role> FROM <grantee>;\``,
  },
  "other-grantor": { why: (_, login) => sentence`${name(login)} cannot act as the role that granted the privilege.` },
  "grantor-lacks-usage": { why: "The role that granted the privilege does not have USAGE on the schema." },
  "grantor-lacks-option": {
    why: "The role that granted the privilege no longer holds the grant option, so no role can revoke it.",
    noSql: true,
  },
  "dependent-privileges": {
    why: "The grantee granted the privilege to other roles, and this action never uses CASCADE.",
    noteFirst: true,
    advice: sentence`\`\\dp\` in psql shows those roles: their entries end in \`/\` and the name of the grantee. Only the grantee can revoke the privilege from them. Or add CASCADE to the SQL, which revokes it from all of them.`,
  },
  "column-privileges": {
    why: "The privilege is granted on columns. This action revokes privileges on whole tables only, and a REVOKE on the table would include its columns.",
  },
  "for-all-schemas": {
    why: "The default privileges are for all schemas of the database. This action revokes those of the schemas that it checks.",
  },
  "is-owner": {
    why: (owner) => sentence`${name(owner)} owns it, so it can do more there than the privilege lists say.`,
    noSql: true,
  },
  "can-act-as-owner": {
    why: (owner) =>
      sentence`The grantee can act as ${name(owner)}, which owns what this action checks, so it can do more than the privilege lists say.`,
    noSql: true,
    noteFirst: true,
    advice: sentence`What the grantee holds only by the membership goes with it: run this action afterwards with \`mode: apply\`.`,
  },
  "other-identity": {
    why: (role, _, identity) => boundToAnother(role, identity),
    noSql: true,
    advice: sentence`Or run the action \`principal\` of this repository with \`rebind: true\`.`,
  },
  "no-identity": {
    why: (role, _, identity) =>
      sentence`${name(role)} is not bound to a Microsoft Entra identity, so object ID ${code(identity?.expected ?? "")} cannot sign in as it.`,
    noSql: true,
  },
} satisfies Readonly<Record<string, ReasonEntry>>;

/** Why something is still missing, or still extra. New words may come. */
export type Reason = keyof typeof ENTRIES;
export const REASONS: Readonly<Record<Reason, ReasonEntry>> = ENTRIES;

function boundToAnother(role: string, identity: Identity | undefined): Sentence {
  const { expected = "", bound = "", expectedTenant, boundTenant } = identity ?? {};
  const of = (tenant: string | undefined) => (tenant === undefined ? EMPTY : sentence` of tenant ${code(tenant)}`);
  return sentence`${name(role)} is bound to object ID ${code(bound)}${of(boundTenant)}, not to ${code(expected)}${of(expectedTenant)}, so the app cannot sign in.`;
}
