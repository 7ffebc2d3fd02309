import fc from "fast-check";
import { ON_EXTRA, type OnExtra } from "../../src/model/demand.ts";
import {
  SEQUENCE_PRIVILEGES,
  type SequencePrivilege,
  TABLE_PRIVILEGES,
  type TablePrivilege,
} from "../../src/model/privileges.ts";

/**
 * A random database and what is demanded in it. A reference to a role, a schema or an object is a number modulo how many
 * there are, so that every smaller model is valid too, as shrinking needs.
 */
export interface Model {
  readonly roles: readonly RoleModel[];
  readonly memberships: readonly MembershipModel[];
  readonly databaseOwner: Ref;
  /** Without `public`. */
  readonly schemas: readonly SchemaModel[];
  readonly defaults: readonly DefaultPrivilegesStep[];
  readonly relations: readonly RelationModel[];
  readonly steps: readonly Step[];
  readonly grantees: readonly Ref[];
  /** Who signs in, and the role its sessions begin as (ALTER ROLE … SET role). */
  readonly session: Ref;
  /**
   * The memberships of the session user beyond the model's: in every role, to have their privileges, to SET ROLE only,
   * for neither (from 16), or with ADMIN OPTION; or in OPTION_HOLDERS, each of which may then grant every other
   * privilege on every other object.
   */
  readonly sessionIs: "as in the model" | "member" | "setter" | "idle member" | "member of holders" | "administrator";
  readonly sessionRole: Ref | null;
  /** The role as which the first grantee's sessions begin, set for it in this database or in all; it may not be a member. */
  readonly granteeRole: { readonly role: Ref; readonly here: boolean; readonly member: boolean } | null;
  readonly eventTrigger: EventTriggerModel | null;
  readonly demand: DemandModel;
  /** The report, and the part of it, whose SQL is run in the end. */
  readonly follow: (typeof FOLLOWED)[number];
}

const FOLLOWED = ["apply's file", "apply's fixes", "plan's file", "plan's fixes"] as const;

export type Ref = number;

/** Two roles that own nothing and hold grant options. */
export const OPTION_HOLDERS = ["holder a", "holder b"] as const;

interface RoleModel {
  readonly name: string;
  readonly login: boolean;
  /** The attribute. Up to 15 it applies to all memberships of the role. */
  readonly inherit: boolean;
  readonly superuser: boolean;
}

interface MembershipModel {
  readonly role: Ref;
  readonly member: Ref;
  readonly admin: boolean;
  /** From 16. */
  readonly inherit: boolean;
  readonly set: boolean;
}

interface SchemaModel {
  readonly name: string;
  readonly owner: Ref;
  readonly ofExtension: boolean;
}

const RELATION_KINDS = [
  "table",
  "sequence",
  "serial",
  "identity",
  "view",
  "invoker-view",
  "materialized-view",
  "partitioned",
  "postgres_fdw",
  "file_fdw",
  "function",
  "procedure",
  "aggregate",
] as const;

export interface RelationModel {
  readonly kind: (typeof RELATION_KINDS)[number];
  readonly name: string;
  readonly schema: Ref;
  readonly owner: Ref;
  readonly ofExtension: boolean;
}

export type Step =
  | {
      readonly do: "grant" | "revoke";
      readonly object: Ref;
      readonly privileges: Bits;
      /** null: PUBLIC. */
      readonly grantee: Ref | null;
      /** WITH GRANT OPTION; GRANT OPTION FOR. */
      readonly option: boolean;
      /** null: the superuser, which acts as the owner. */
      readonly by: Ref | null;
    }
  /** The owner lets `first` grant, and `first` grants to `second`. */
  | {
      readonly do: "chain";
      readonly object: Ref;
      readonly privileges: Bits;
      readonly first: Ref;
      readonly second: Ref;
      readonly option: boolean;
    }
  | { readonly do: "revoke-owner"; readonly object: Ref; readonly privileges: Bits }
  | {
      readonly do: "columns";
      readonly object: Ref;
      readonly privileges: Bits;
      readonly grantee: Ref | null;
      readonly all: boolean;
      readonly by: Ref | null;
    }
  | { readonly do: "owner"; readonly object: Ref; readonly to: Ref }
  /** The tables that a view reads get another owner, and a role may read some of their columns; null: the view's owner. */
  | {
      readonly do: "view-columns";
      readonly view: Ref;
      readonly to: Ref;
      readonly columns: Bits;
      readonly grantee: Ref | null;
    }
  | { readonly do: "row-security" | "drop-column"; readonly object: Ref }
  /** A policy, and row-level security; `force`: for the owner too. */
  | {
      readonly do: "policy";
      readonly object: Ref;
      readonly command: (typeof COMMANDS)[number];
      readonly restrictive: boolean;
      readonly to: Ref | null;
      readonly using: boolean;
      readonly check: boolean;
      readonly force: boolean;
    }
  /** A rule that also does something with another table or view. */
  | {
      readonly do: "rule";
      readonly object: Ref;
      readonly event: Exclude<Command, "SELECT">;
      readonly instead: boolean;
      readonly target: Ref;
      readonly action: Command;
    }
  /** The catalogs mention a role that was dropped. */
  | {
      readonly do: "drop-role";
      readonly object: Ref;
      readonly was: "owner" | "grantor" | "grantee";
      readonly privileges: Bits;
      readonly grantee: Ref;
      readonly option: boolean;
    }
  | DefaultPrivilegesStep;

const USES = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
type Command = (typeof USES)[number];
const COMMANDS = ["ALL", ...USES] as const;

export interface DefaultPrivilegesStep {
  readonly do: "defaults";
  readonly creator: Ref;
  /** null: in every schema. */
  readonly schema: Ref | null;
  /** Tables, sequences or routines. */
  readonly what: number;
  readonly revoke: boolean;
  readonly privileges: Bits;
  readonly grantee: Ref | null;
  readonly option: boolean;
}

/** An event trigger that refuses the commands of a role, or changes to the ACL of an object or the privileges of a grantee. */
export interface EventTriggerModel {
  readonly tags: (typeof TAGS)[number];
  readonly about: "login" | "owner" | "object" | "grantee";
  readonly which: Ref;
  /** The code of RAISE EXCEPTION, or the server's code for missing privileges. */
  readonly code: "P0001" | "42501";
}

const TAGS = [["GRANT"], ["GRANT", "REVOKE", "ALTER DEFAULT PRIVILEGES"], ["REVOKE"]] as const;

/** A bit for each privilege that an object of its type has. */
export type Bits = number;

interface DemandModel {
  readonly schemas: readonly Ref[] | "*";
  readonly tablePrivileges: readonly TablePrivilege[] | "ALL";
  readonly sequencePrivileges: readonly SequencePrivilege[] | "ALL";
  readonly create: boolean;
  readonly execute: boolean;
  readonly exclude: readonly ExcludeModel[];
  readonly defaultPrivileges: boolean;
  readonly onExtra: OnExtra;
  readonly actAsOwner: boolean;
}

interface ExcludeModel {
  readonly object: Ref;
  /** `schema.name` rather than `name`; `schema.*`; the name's first letter and `*`. */
  readonly form: "name" | "path" | "schema" | "prefix";
}

/** Names that break code which quotes, splits, folds, trims or matches names wrongly. A number is added at the end. */
const NAMES = [
  "t",
  "Capital",
  'quo"te',
  "two words ",
  "semi;--",
  "apo'strophe",
  "dollar$1",
  "per%cent_",
  "back\\slash",
  "sch.ema",
  "ünï→",
  "new\nline",
  "{{ x }}",
  "/*",
  "l".repeat(59),
];

const ref = fc.nat({ max: 30 });
const name = fc.constantFrom(...NAMES);
const bits = fc.integer({ min: 1, max: 255 });
const often = fc.integer({ min: 0, max: 3 }).map((n) => n < 3);
const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);
/** null in one of three. */
const refOrNull = fc.option(ref, { freq: 3 });

const defaultPrivileges: fc.Arbitrary<DefaultPrivilegesStep> = fc.record({
  do: fc.constant("defaults"),
  creator: ref,
  schema: fc.option(ref, { freq: 2 }),
  what: fc.integer({ min: 0, max: 2 }),
  revoke: seldom,
  privileges: bits,
  grantee: refOrNull,
  option: seldom,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("grant", "grant", "grant", "revoke"),
      object: ref,
      privileges: bits,
      grantee: refOrNull,
      option: fc.boolean(),
      by: fc.option(ref, { freq: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("chain"),
      object: ref,
      privileges: bits,
      first: ref,
      second: ref,
      option: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("revoke-owner"), object: ref, privileges: bits }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("columns"),
      object: ref,
      privileges: bits,
      grantee: refOrNull,
      all: fc.boolean(),
      by: fc.option(ref, { freq: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("owner"), object: ref, to: ref }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("view-columns"),
      view: ref,
      to: ref,
      columns: fc.integer({ min: 1, max: 7 }),
      grantee: fc.option(ref, { freq: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("row-security", "drop-column"), object: ref }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("policy"),
      object: ref,
      command: fc.constantFrom(...COMMANDS),
      restrictive: seldom,
      to: refOrNull,
      using: often,
      check: fc.boolean(),
      force: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("rule"),
      object: ref,
      event: fc.constantFrom("INSERT", "UPDATE", "DELETE"),
      instead: fc.boolean(),
      target: ref,
      action: fc.constantFrom(...USES),
    }),
  },
  { weight: 2, arbitrary: defaultPrivileges },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("drop-role"),
      object: ref,
      was: fc.constantFrom("grantor", "grantee", "owner"),
      privileges: bits,
      grantee: ref,
      option: fc.boolean(),
    }),
  },
);

const demand: fc.Arbitrary<DemandModel> = fc.record({
  schemas: fc.oneof(
    fc.constant<"*">("*"),
    fc.uniqueArray(ref, { minLength: 1, maxLength: 3, selector: (schema) => schema % 6 }),
  ),
  tablePrivileges: fc.oneof(
    fc.constant<"ALL">("ALL"),
    fc.constantFrom<readonly TablePrivilege[]>(["SELECT", "INSERT", "UPDATE", "DELETE"]),
    fc.subarray([...TABLE_PRIVILEGES], { minLength: 1 }),
  ),
  sequencePrivileges: fc.oneof(fc.constant<"ALL">("ALL"), fc.subarray([...SEQUENCE_PRIVILEGES], { minLength: 1 })),
  create: fc.boolean(),
  execute: often,
  exclude: fc.array(fc.record({ object: ref, form: fc.constantFrom("name", "path", "schema", "prefix") }), {
    maxLength: 1,
  }),
  defaultPrivileges: fc.boolean(),
  onExtra: fc.constantFrom(...ON_EXTRA),
  actAsOwner: fc.boolean(),
});

const eventTrigger: fc.Arbitrary<EventTriggerModel> = fc.record({
  tags: fc.constantFrom(...TAGS),
  about: fc.constantFrom("object", "object", "grantee", "login", "owner"),
  which: ref,
  code: fc.constantFrom("P0001", "42501"),
});

export const model: fc.Arbitrary<Model> = fc.record({
  roles: fc.array(fc.record({ name, login: often, inherit: often, superuser: seldom }), {
    minLength: 2,
    maxLength: 5,
  }),
  memberships: fc.array(fc.record({ role: ref, member: ref, admin: fc.boolean(), inherit: often, set: often }), {
    maxLength: 5,
  }),
  databaseOwner: ref,
  schemas: fc.array(fc.record({ name, owner: ref, ofExtension: seldom }), { maxLength: 2 }),
  defaults: fc.array(defaultPrivileges, { maxLength: 3 }),
  relations: fc.array(
    fc.record({
      kind: fc.constantFrom(...RELATION_KINDS),
      name,
      schema: ref,
      owner: ref,
      ofExtension: seldom,
    }),
    { minLength: 1, maxLength: 6, size: "max" },
  ),
  steps: fc.array(step, { maxLength: 14, size: "max" }),
  grantees: fc.uniqueArray(ref, { minLength: 1, maxLength: 2, selector: (grantee) => grantee % 2 }),
  session: ref,
  sessionIs: fc.constantFrom(
    "as in the model",
    "member",
    "setter",
    "idle member",
    "member of holders",
    "administrator",
  ),
  sessionRole: fc.option(ref, { freq: 2 }),
  granteeRole: fc.option(fc.record({ role: ref, here: fc.boolean(), member: fc.boolean() }), { freq: 2 }),
  eventTrigger: fc.option(eventTrigger, { freq: 2 }),
  demand,
  follow: fc.constantFrom(...FOLLOWED),
});
