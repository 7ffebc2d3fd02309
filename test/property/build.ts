import pg from "pg";
import type { Demand } from "../../src/model/demand.ts";
import { SEQUENCE_PRIVILEGES, type TablePrivilege } from "../../src/model/privileges.ts";
import { SUPERUSER, type Version } from "../sandbox/postgres.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";
import {
  type Bits,
  type DefaultPrivilegesStep,
  type EventTriggerModel,
  type Model,
  OPTION_HOLDERS,
  type Ref,
  type RelationModel,
  type Step,
} from "./model.ts";

/** A model with its references resolved: the SQL to run, and the inputs of the action. */
export interface Blueprint {
  /** The superuser runs them one by one; statements that the server refuses are left out. */
  readonly sql: readonly string[];
  /** To be dropped when the database is. */
  readonly roles: readonly string[];
  readonly grantees: readonly string[];
  readonly session: string;
  readonly demand: Demand;
  readonly follow: Model["follow"];
}

/** The blueprint of a model for a server of this version. */
export function blueprintOf(model: Model, version: Version): Blueprint {
  const roles = model.roles.map(({ name }, n) => `${name}${n}`);
  const members = [...roles, "ci-admin"];
  const groups = [
    ...roles,
    "azure_pg_admin",
    "pg_read_all_data",
    "pg_write_all_data",
    ...(version >= 17 ? ["pg_maintain"] : []),
  ];
  const schemas = ["public", ...model.schemas.map(({ name }, n) => `${name}${n}`)];
  const owners = [...roles, "azure_pg_admin"];
  const session = at([...roles, "ci-admin", "migrator", SUPERUSER], model.session);

  const relations = model.relations.flatMap((relation, n) =>
    relationsOf(relation, n, at(schemas, relation.schema), at(owners, relation.owner)),
  );
  // The relations come first, because shrinking makes references smaller.
  const objects: readonly Securable[] = [
    ...relations,
    ...schemas.map((name): Securable => ({ type: "SCHEMA", schema: name, name })),
    { type: "DATABASE", name: "", schema: "" },
  ];
  const grantees = [...new Set(model.grantees.map((grantee) => at(roles, grantee)))];
  const context: Context = { version, roles: [...roles, "ci-admin"], owners, schemas, objects };

  return {
    sql: [
      ...model.roles.map(
        ({ login, inherit, superuser }, n) =>
          `CREATE ROLE ${id(roles[n])} ${login ? "LOGIN" : "NOLOGIN"} ${inherit ? "INHERIT" : "NOINHERIT"}` +
          ` ${superuser ? "SUPERUSER" : "NOSUPERUSER"}`,
      ),
      ...model.memberships.map(({ role, member, admin, inherit, set }) => {
        const of = at(groups, role);
        const to = roles.includes(of) ? at(members, member) : at(roles, member);
        const options =
          version >= 16 ? ` WITH ADMIN ${admin}, INHERIT ${inherit}, SET ${set}` : admin ? " WITH ADMIN OPTION" : "";
        return `GRANT ${id(of)} TO ${id(to)}${options}`;
      }),
      ...OPTION_HOLDERS.map((holder) => `CREATE ROLE ${id(holder)} NOLOGIN`),
      ...(model.sessionIs === "as in the model"
        ? []
        : model.sessionIs === "member of holders"
          ? OPTION_HOLDERS
          : owners
      )
        // A membership of a role of the sandbox would remain for the next database.
        .filter((role) => role !== "azure_pg_admin" || roles.includes(session))
        // Before 16, a member may set the role, and an administrator is a role with CREATEROLE.
        .filter(() => version >= 16 || model.sessionIs !== "administrator")
        .map((role) => {
          const [inherit, set] = [["member", "member of holders"], ["setter"]].map((ways) =>
            ways.includes(model.sessionIs),
          );
          return `GRANT ${id(role)} TO ${id(session)}${version < 16 ? "" : ` WITH INHERIT ${inherit}, SET ${set}, ADMIN ${model.sessionIs === "administrator"}`}`;
        }),
      ...(version < 16 && model.sessionIs === "administrator" && roles.includes(session)
        ? [`ALTER ROLE ${id(session)} CREATEROLE`]
        : []),
      `ALTER DATABASE :database OWNER TO ${id(at(owners, model.databaseOwner))}`,
      ...model.schemas.flatMap(({ owner, ofExtension }, n) => [
        `CREATE SCHEMA ${id(schemas[n + 1])} AUTHORIZATION ${id(at(owners, owner))}`,
        ...(ofExtension ? [`ALTER EXTENSION plpgsql ADD SCHEMA ${id(schemas[n + 1])}`] : []),
      ]),
      ...model.defaults.map((step) => defaultsSql(step, context)),
      ...relations.flatMap(({ create, ofExtension, relkind, path }) => [
        ...create,
        ...(ofExtension ? [`ALTER EXTENSION plpgsql ADD ${relkind} ${path}`] : []),
      ]),
      ...(model.sessionIs === "member of holders" ? relations.filter((_, n) => n % 2 === 0) : []).flatMap((relation) =>
        grantOptionsSql(relation, context),
      ),
      ...model.steps.map((step) => stepSql(step, context)),
      ...(model.sessionRole === null
        ? []
        : [`ALTER ROLE ${id(session)} IN DATABASE :database SET role = ${id(at(roles, model.sessionRole))}`]),
      ...(model.granteeRole === null
        ? []
        : [
            ...(model.granteeRole.member
              ? [`GRANT ${id(at(roles, model.granteeRole.role))} TO ${id(at(roles, model.grantees[0] ?? 0))}`]
              : []),
            granteeRoleSql(
              at(roles, model.grantees[0] ?? 0),
              at(roles, model.granteeRole.role),
              model.granteeRole.here,
            ),
          ]),
      `ALTER ROLE ${id(session)} LOGIN`,
      // The session user has to be able to connect.
      `DO $do$ BEGIN IF NOT has_database_privilege(${pg.escapeLiteral(session)}, current_database(), 'CONNECT')` +
        ` THEN EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), ${pg.escapeLiteral(session)});` +
        " END IF; END $do$",
      ...(model.eventTrigger === null ? [] : [eventTriggerSql(model.eventTrigger, context, session, grantees)]),
    ],
    roles: [...roles, ...OPTION_HOLDERS],
    grantees,
    session,
    demand: demandOf(model, context),
    follow: model.follow,
  };
}

interface Context {
  readonly version: Version;
  readonly roles: readonly string[];
  readonly owners: readonly string[];
  readonly schemas: readonly string[];
  readonly objects: readonly Securable[];
}

interface Securable {
  /** A relation's, as ALTER … wants it. */
  readonly relkind?: string;
  readonly type: "TABLE" | "SEQUENCE" | "ROUTINE" | "SCHEMA" | "DATABASE";
  readonly schema: string;
  readonly name: string;
  /** A routine's, without parentheses. */
  readonly types?: string;
}

interface Relation extends Securable {
  /** As ALTER … wants it. */
  readonly relkind: string;
  readonly path: string;
  readonly create: readonly string[];
  readonly ofExtension: boolean;
}

/** The relations of a relation in the model: a serial column has a sequence, a partitioned table partitions, a view a table. */
function relationsOf(
  { kind, name, ofExtension }: RelationModel,
  n: number,
  schema: string,
  owner: string,
): readonly Relation[] {
  const pathOf = (part: string) => `${id(schema)}.${id(`${name}${part}${n}`)}`;
  const relation = (type: Securable["type"], relkind: string, part: string, ...create: string[]): Relation => ({
    type,
    schema,
    name: `${name}${part}${n}`,
    relkind,
    path: pathOf(part),
    create: [...create, `ALTER ${relkind} ${pathOf(part)} OWNER TO ${id(owner)}`],
    ofExtension,
  });
  const [self, sequence, base] = [pathOf(""), pathOf("s"), pathOf("b")];
  const table = (create: string, part = "") => relation("TABLE", "TABLE", part, create);
  switch (kind) {
    case "table":
      return [table(`CREATE TABLE ${self} (a int UNIQUE, b int, c int)`)];
    case "sequence":
      return [relation("SEQUENCE", "SEQUENCE", "s", `CREATE SEQUENCE ${sequence}`)];
    case "serial":
      return [
        table(
          `CREATE SEQUENCE ${sequence}; CREATE TABLE ${self} (a int UNIQUE, b int, c int); ALTER SEQUENCE ${sequence} OWNED BY ${self}.a;` +
            ` ALTER TABLE ${self} ALTER a SET DEFAULT nextval(${pg.escapeLiteral(sequence)})`,
        ),
        relation("SEQUENCE", "SEQUENCE", "s"),
      ];
    case "identity":
      return [
        table(
          `CREATE TABLE ${self} (a int UNIQUE GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME ${sequence}), b int, c int)`,
        ),
        relation("SEQUENCE", "SEQUENCE", "s"),
      ];
    case "view":
    case "invoker-view": {
      const options = kind === "view" ? "" : " WITH (security_invoker)";
      return [
        table(`CREATE TABLE ${base} (a int UNIQUE, b int, c int)`, "b"),
        relation(
          "TABLE",
          "VIEW",
          "",
          `CREATE VIEW ${self}${options} AS SELECT a, b, ${n % 2 === 0 ? "c" : "3 AS c"} FROM ${base}`,
        ),
      ];
    }
    case "materialized-view":
      return [
        relation("TABLE", "MATERIALIZED VIEW", "", `CREATE MATERIALIZED VIEW ${self} AS SELECT 1 AS a, 2 AS b, 3 AS c`),
      ];
    case "partitioned":
      return [
        table(`CREATE TABLE ${self} (a int UNIQUE, b int, c int) PARTITION BY LIST (a)`),
        table(`CREATE TABLE ${pathOf("p")} PARTITION OF ${self} FOR VALUES IN (1)`, "p"),
        table(`CREATE TABLE ${pathOf("q")} PARTITION OF ${self} DEFAULT`, "q"),
      ];
    case "function":
    case "procedure":
    case "aggregate": {
      const [relkind, definition, types] = {
        function: ["FUNCTION", "(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'", "integer, text"],
        procedure: ["PROCEDURE", "(IN a int, INOUT b int) LANGUAGE sql AS 'SELECT 1'", "IN integer, IN integer"],
        aggregate: ["AGGREGATE", "(int) (SFUNC = int4larger, STYPE = int)", "integer"],
      }[kind] as [string, string, string];
      const path = `${self}(${types})`;
      const create = [`CREATE ${relkind} ${self}${definition}`, `ALTER ${relkind} ${path} OWNER TO ${id(owner)}`];
      return [{ type: "ROUTINE", schema, name: `${name}${n}`, types, relkind, path, create, ofExtension }];
    }
    case "postgres_fdw":
    case "file_fdw": {
      const options = kind === "file_fdw" ? " OPTIONS (filename '/dev/null')" : "";
      return [
        relation(
          "TABLE",
          "FOREIGN TABLE",
          "",
          `CREATE FOREIGN TABLE ${self} (a int, b int, c int) SERVER ${kind}${options}`,
        ),
      ];
    }
  }
}

function stepSql(step: Step, context: Context): string {
  const { roles, owners, objects } = context;
  const toSql = (role: Ref | null) => (role === null ? "PUBLIC" : id(at(roles, role)));
  if (step.do === "defaults") return defaultsSql(step, context);
  if (step.do === "view-columns") {
    const views = objects.filter(({ relkind }) => relkind === "VIEW");
    if (views.length === 0) return "SELECT 1";
    const columns = ["a", "b", "c"].filter((_, n) => (step.columns >> n) & 1).join(", ");
    const reader = step.grantee === null ? "v.relowner::regrole" : `${pg.escapeLiteral(toSql(step.grantee))}::regrole`;
    return `DO $do$ DECLARE base record; BEGIN
  FOR base IN SELECT DISTINCT d.refobjid::regclass AS name, ${reader} AS reader FROM pg_class AS v
    JOIN pg_rewrite AS r ON r.ev_class = v.oid
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refobjsubid > 0
    WHERE v.oid = ${pg.escapeLiteral(pathOf(at(views, step.view)))}::regclass
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', base.name, ${pg.escapeLiteral(at(owners, step.to))});
    EXECUTE format('GRANT SELECT (${columns}) ON %s TO %s', base.name, base.reader);
  END LOOP; END $do$`;
  }
  if (step.do === "rule") return ruleSql(step, objects);
  const relations = objects.filter(({ type }) => type === "TABLE" || type === "SEQUENCE");
  if (step.do === "drop-role" && relations.length === 0) return "SELECT 1";
  const object = at(step.do === "drop-role" ? relations : objects, step.object);
  const on = ` ON ${object.type} ${pathOf(object)}`;
  switch (step.do) {
    case "grant":
    case "revoke": {
      const what = privilegesOf(object.type, step.privileges, context).join(", ") + on;
      const as = (sql: string) => (step.by === null ? sql : asRole(at(roles, step.by), sql));
      return step.do === "grant"
        ? as(
            `GRANT ${what} TO ${toSql(step.grantee)}${step.option && step.grantee !== null ? " WITH GRANT OPTION" : ""}`,
          )
        : as(`REVOKE ${step.option ? "GRANT OPTION FOR " : ""}${what} FROM ${toSql(step.grantee)} CASCADE`);
    }
    case "chain": {
      const what = privilegesOf(object.type, step.privileges, context).join(", ") + on;
      const [first, second] = [at(roles, step.first), at(roles, step.second)];
      const grant = `GRANT ${what} TO ${id(second)}${step.option ? " WITH GRANT OPTION" : ""}`;
      const reach =
        object.schema === "" || object.type === "SCHEMA"
          ? ""
          : `GRANT USAGE ON SCHEMA ${id(object.schema)} TO ${id(first)}; `;
      return `${reach}GRANT ${what} TO ${id(first)} WITH GRANT OPTION; ${asRole(first, grant)}`;
    }
    case "revoke-owner": {
      const what = privilegesOf(object.type, step.privileges, context).join(", ") + on;
      const owner = `quote_ident(pg_get_userbyid(${ownerOf(object)}))`;
      return `DO $do$ BEGIN EXECUTE ${pg.escapeLiteral(`REVOKE ${what} FROM `)} || ${owner} || ' CASCADE'; END $do$`;
    }
    case "columns": {
      const columns = step.all ? "(a, b, c)" : "(b)";
      const what = privilegesOf("COLUMN", step.privileges, context).map((privilege) => `${privilege} ${columns}`);
      const grant = `GRANT ${what.join(", ")}${on} TO ${toSql(step.grantee)}`;
      return step.by === null ? grant : asRole(at(roles, step.by), grant);
    }
    case "owner":
      return `ALTER ${object.type} ${pathOf(object)} OWNER TO ${id(at(owners, step.to))}`;
    case "drop-role": {
      const self = `pg_class.oid = ${pg.escapeLiteral(pathOf(object))}::regclass`;
      if (step.was === "owner") return `UPDATE pg_class SET relowner = ${DROPPED} WHERE ${self}`;
      const role = `${pg.escapeLiteral(id(at(roles, step.grantee)))}::regrole`;
      const [grantee, grantor] = step.was === "grantor" ? [role, DROPPED] : [DROPPED, "relowner"];
      const acl = `COALESCE(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner))`;
      const items = privilegesOf(object.type, step.privileges, context).map(
        (privilege) => `makeaclitem(${grantee}, ${grantor}, '${privilege}', ${step.option})`,
      );
      // An ACL has one item for a grantee and a grantor.
      return `UPDATE pg_class SET relacl = ${acl} || ${items[0]} WHERE ${self} AND relacl::text !~ '${DROPPED}'`;
    }
    case "row-security":
      return `ALTER TABLE ${pathOf(object)} ENABLE ROW LEVEL SECURITY`;
    case "policy": {
      const { command, restrictive, to, using, check, force } = step;
      const name = id(JSON.stringify([command, to, using, check]));
      const clauses = [
        `CREATE POLICY ${name} ON ${pathOf(object)} AS ${restrictive ? "RESTRICTIVE" : "PERMISSIVE"} FOR ${command} TO ${toSql(to)}`,
        using && command !== "INSERT" ? "USING (true)" : "",
        check && command !== "SELECT" && command !== "DELETE" ? "WITH CHECK (true)" : "",
      ];
      const enable = ["ENABLE", ...(force ? ["FORCE"] : [])].map((each) => `${each} ROW LEVEL SECURITY`);
      return `ALTER TABLE ${pathOf(object)} ${enable.join(", ")}; ${clauses.join(" ")}`;
    }
    case "drop-column":
      return `ALTER TABLE ${pathOf(object)} DROP COLUMN c`;
  }
}

/** The target is a relation before, as the table beneath a view is: so no rule leads back to itself. */
function ruleSql(
  { object, event, instead, target, action }: Extract<Step, { readonly do: "rule" }>,
  objects: readonly Securable[],
): string {
  const tables = objects.filter(({ type }) => type === "TABLE");
  if (tables.length < 2) return "SELECT 1";
  const on = 1 + (object % (tables.length - 1));
  const from = at(tables, target % on);
  const path = pathOf(from);
  const does = {
    SELECT: `SELECT b FROM ${path}`,
    INSERT: `INSERT INTO ${path} (a) VALUES (1)`,
    UPDATE: `UPDATE ${path} SET b = 1 WHERE a = 1`,
    DELETE: `DELETE FROM ${path}`,
  }[action];
  return `CREATE RULE ${id(`${event} ${action}`)} AS ON ${event} TO ${pathOf(at(tables, on))} DO ${instead ? "INSTEAD" : "ALSO"} ${does}`;
}

/** The error message of the event triggers. */
export const REFUSAL = "refused by an event trigger";

/**
 * An event trigger about a role refuses at the start of a command. One about an object or a grantee compares the ACLs before
 * and after the command. It refuses nothing to superusers. The functions are in a schema in which nothing is demanded.
 */
function eventTriggerSql(
  { tags, about, which, code }: EventTriggerModel,
  { owners, objects }: Context,
  session: string,
  grantees: readonly string[],
): string {
  const { schema, name } = at(objects, which);
  const [role, condition] = {
    login: [session, null],
    owner: [at(owners, which), null],
    object: [null, `schema = ${pg.escapeLiteral(schema)} AND name = ${pg.escapeLiteral(name)}`],
    grantee: [null, `(item).grantee = ${pg.escapeLiteral(id(at(grantees, which)))}::regrole`],
  }[about] as [string | null, string | null];
  const who = role === null ? "TRUE" : `current_user = ${pg.escapeLiteral(role)}`;
  const refuse = `RAISE EXCEPTION '${REFUSAL}' USING ERRCODE = '${code}';`;
  const acls = `coalesce((
    SELECT string_agg(oid || item::text, ' ' ORDER BY oid, item::text) FROM (${ACL_ITEMS}) AS acl
    WHERE ${condition}), '')`;
  const [atStart, atEnd] =
    condition === null
      ? [refuse, "NULL;"]
      : [
          `PERFORM set_config('model.acls', ${acls}, true);`,
          `IF ${acls} <> current_setting('model.acls') THEN ${refuse} END IF;`,
        ];
  return Object.entries({ start: atStart, end: atEnd })
    .map(
      ([when, body]) => `
CREATE FUNCTION information_schema.refuse_${when}() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $refuse$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AND ${who} THEN
    ${body}
  END IF;
END $refuse$;
CREATE EVENT TRIGGER refuse_${when} ON ddl_command_${when} WHEN TAG IN (${tags.map((tag) => `'${tag}'`)})
  EXECUTE FUNCTION information_schema.refuse_${when}();`,
    )
    .join("");
}

/** Every item of every ACL that a command in a database can change. */
const ACL_ITEMS = `
      SELECT c.oid, n.nspname AS schema, c.relname AS name, aclexplode(a.acl) AS item
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, LATERAL (
        SELECT coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner))
        UNION ALL SELECT attacl FROM pg_attribute WHERE attrelid = c.oid
      ) AS a (acl)
      WHERE n.nspname !~ '^pg_|^information_schema$'
      UNION ALL
      SELECT f.oid, n.nspname, f.proname, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner)))
      FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
      WHERE n.nspname !~ '^pg_|^information_schema$'
      UNION ALL
      SELECT oid, nspname, nspname, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) FROM pg_namespace
      UNION ALL
      SELECT oid, NULL, NULL, aclexplode(defaclacl) FROM pg_default_acl`;

/** The grantee has to be able to sign in, because a sign-in shows the role as which its sessions begin. */
function granteeRoleSql(grantee: string, role: string, here: boolean): string {
  const whose = here ? `ROLE ${id(grantee)} IN DATABASE :database` : `ROLE ${id(grantee)}`;
  return (
    `ALTER ROLE ${id(grantee)} LOGIN; GRANT CONNECT ON DATABASE :database TO ${id(grantee)};` +
    ` ALTER ${whose} SET role = ${id(role)}`
  );
}

/** Lets each of OPTION_HOLDERS grant every other privilege on a relation. */
function grantOptionsSql({ type, schema, path }: Relation, context: Context): readonly string[] {
  return OPTION_HOLDERS.flatMap((holder, n) => {
    const what = privilegesOf(type, ALL_BITS, context).filter((_, m) => m % OPTION_HOLDERS.length === n);
    return [
      `GRANT USAGE ON SCHEMA ${id(schema)} TO ${id(holder)}`,
      `GRANT ${what.join(", ")} ON ${type} ${path} TO ${id(holder)} WITH GRANT OPTION`,
    ];
  });
}

/** No role has this OID. */
const DROPPED = "99999";

const ALL_BITS: Bits = 255;

function defaultsSql(step: DefaultPrivilegesStep, context: Context): string {
  const { roles, owners, schemas } = context;
  const inSchema = step.schema === null ? "" : ` IN SCHEMA ${id(at(schemas, step.schema))}`;
  const type = (["TABLE", "SEQUENCE", "ROUTINE"] as const)[step.what] ?? "TABLE";
  const what = privilegesOf(type, step.privileges, context).join(", ");
  const creator = at(owners, step.creator);
  const grantee = step.grantee === null ? "PUBLIC" : id(step.revoke ? creator : at(roles, step.grantee));
  const on = `ON ${type}S`;
  const verb = step.revoke ? `REVOKE ${what} ${on} FROM` : `GRANT ${what} ${on} TO`;
  const option = step.option && !step.revoke && step.grantee !== null ? " WITH GRANT OPTION" : "";
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${id(creator)}${inSchema} ${verb} ${grantee}${option}`;
}

function demandOf({ demand }: Model, { version, schemas, objects }: Context): Demand {
  const known = (privileges: readonly TablePrivilege[]) => {
    const left = privileges.filter((privilege) => tablePrivilegesOn(version).includes(privilege));
    return left.length === 0 ? (["SELECT"] as const) : left;
  };
  return {
    schemas: demand.schemas === "*" ? "*" : [...new Set(demand.schemas.map((schema) => at(schemas, schema)))],
    tablePrivileges: demand.tablePrivileges === "ALL" ? "ALL" : known(demand.tablePrivileges),
    sequencePrivileges: demand.sequencePrivileges,
    schemaPrivileges: demand.create ? ["USAGE", "CREATE"] : ["USAGE"],
    routinePrivileges: demand.execute ? ["EXECUTE"] : [],
    allowEmpty: true,
    exclude: demand.exclude.map(({ object, form }) => {
      const { schema, name } = at(objects, object);
      return { name, path: `${schema}.${name}`, schema: `${schema}.*`, prefix: `${name.slice(0, 1)}*` }[form];
    }),
    defaultPrivileges: demand.defaultPrivileges,
    onExtra: demand.onExtra,
    actAsOwner: demand.actAsOwner,
  };
}

function privilegesOf(type: Securable["type"] | "COLUMN", bits: Bits, { version }: Context): readonly string[] {
  const all = {
    TABLE: tablePrivilegesOn(version),
    SEQUENCE: SEQUENCE_PRIVILEGES,
    ROUTINE: ["EXECUTE"],
    COLUMN: ["SELECT", "INSERT", "UPDATE", "REFERENCES"],
    SCHEMA: ["USAGE", "CREATE"],
    DATABASE: ["CONNECT", "TEMPORARY", "CREATE"],
  }[type];
  const some = all.filter((_, n) => (bits >> n) & 1);
  return some.length === 0 ? all.slice(0, 1) : some;
}

/** An expression for the owner's oid. */
function ownerOf({ type, schema, name }: Securable): string {
  const [s, n] = [schema, name].map((text) => pg.escapeLiteral(text));
  if (type === "DATABASE") return "(SELECT datdba FROM pg_database WHERE datname = current_database())";
  if (type === "SCHEMA") return `(SELECT nspowner FROM pg_namespace WHERE nspname = ${n})`;
  if (type === "ROUTINE")
    return `(SELECT proowner FROM pg_proc WHERE proname = ${n} AND pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${s}))`;
  return `(SELECT relowner FROM pg_class WHERE relname = ${n} AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${s}))`;
}

function pathOf({ type, schema, name, types }: Securable): string {
  if (type === "DATABASE") return ":database";
  const path = type === "SCHEMA" ? id(name) : `${id(schema)}.${id(name)}`;
  return types === undefined ? path : `${path}(${types})`;
}

function asRole(role: string, sql: string): string {
  return `SET LOCAL ROLE ${id(role)}; ${sql}; SET LOCAL ROLE NONE`;
}

function id(name: string | undefined): string {
  return pg.escapeIdentifier(name ?? "");
}

function at<T>(list: readonly T[], ref: Ref): T {
  return list[ref % list.length] as T;
}
