import type { Creator } from "../grants/creators.ts";
import { isRoutine } from "../model/kinds.ts";
import { PREDEFINED_ROLES } from "../model/privileges.ts";
import type { Oid, Role } from "../model/snapshot.ts";
import { aclItems } from "./roles.sql.ts";
import type { FirstLook } from "./snapshot.rows.ts";
import { PRIVILEGES } from "./snapshot.sql.ts";

/** A row of `secondLook`. A relation and a routine may have the same OID. */
export interface ObjectNow {
  readonly routine: boolean;
  readonly oid: Oid;
  readonly owner: Oid;
  readonly relacl: string | null;
}

/**
 * Reads the owner and ACL of relations and routines again. has_*_privilege reads the newest catalogs, not the statement's
 * snapshot: an object that answered for others must not have changed in between. The ACL is compared as the
 * server prints it.
 */
export function secondLook(objects: FirstLook["asked"]): string {
  const [routines, relations] = [true, false].map((wanted) =>
    objects.filter(({ kind }) => isRoutine(kind) === wanted).map(({ representative }) => representative),
  );
  return `
SELECT FALSE AS routine, oid::pg_catalog.text, relowner::pg_catalog.text AS owner, relacl::pg_catalog.text AS relacl
FROM pg_catalog.pg_class
WHERE oid = ANY ('{${relations}}'::pg_catalog.oid[])
UNION ALL
SELECT TRUE, oid::pg_catalog.text, proowner::pg_catalog.text, proacl::pg_catalog.text
FROM pg_catalog.pg_proc
WHERE oid = ANY ('{${routines}}'::pg_catalog.oid[])
ORDER BY routine, oid;`;
}

/**
 * The default privileges of creators: what each grantee would hold on the tables, the sequences and (if asked for) the
 * routines that a creator makes next in a schema, and the ACL items that give it to a grantee, to a role whose privileges
 * it has, or to PUBLIC. An object starts with the creator's default ACL for all schemas, or the built-in one, which lets
 * PUBLIC execute routines; the schema's is added. The items for all schemas are rows of their own, without a schema. The
 * rows are those of GroupRow.
 * https://www.postgresql.org/docs/current/catalog-pg-default-acl.html
 */
export function defaultPrivileges(creators: readonly Creator[], grantees: readonly Role[], routines: boolean): string {
  const holders = grantees.flatMap(({ inherits }) => [...inherits].map(({ oid }) => oid));
  const everywhere = [...new Set(creators.map(({ role }) => role.oid))].map((role) => ["0", role] as const);
  const pairs = [...everywhere, ...creators.map(({ schema, role }) => [schema.oid, role.oid] as const)];
  return `
SELECT 'default-privileges' AS kind, NULLIF(c.schema, 0)::pg_catalog.text AS schema, c.role::pg_catalog.text AS owner, '' AS skipped,
       1 AS size, pg_catalog.json_build_array(pg_catalog.json_build_object('oid', c.schema, 'name', t.name)) AS members,
       (SELECT ${aclItems()}
        FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS x
        WHERE d.defaclrole = c.role AND d.defaclnamespace = c.schema AND d.defaclobjtype = t.objtype
          AND x.grantee <> c.role AND x.grantee = ANY ('{${["0", ...holders].join()}}'::pg_catalog.oid[])) AS acl,
       (SELECT pg_catalog.json_object_agg(g.oid, (
                 SELECT COALESCE(pg_catalog.json_agg(name ORDER BY ordinal), '[]') FROM ${PRIVILEGES}
                 WHERE type = t.objtype AND (g.superuser OR name = ANY (g.anyway) OR name = ANY (given.privileges))))
        FROM (VALUES ${grantees.map(rowOf)}) AS g (oid, superuser, anyway)
        CROSS JOIN LATERAL (
          SELECT pg_catalog.array_agg(x.privilege_type) AS privileges
          FROM (
            SELECT COALESCE((SELECT defaclacl FROM pg_catalog.pg_default_acl
                             WHERE defaclrole = c.role AND defaclnamespace = 0 AND defaclobjtype = t.objtype),
                            pg_catalog.acldefault(t.built_in, c.role)) AS acl
            UNION ALL
            SELECT defaclacl FROM pg_catalog.pg_default_acl
            WHERE defaclrole = c.role AND defaclnamespace = c.schema AND defaclobjtype = t.objtype
          ) AS a
          CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) AS x
          WHERE CASE WHEN x.grantee = 0 THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, x.grantee, 'USAGE') END
        ) AS given
        WHERE c.schema <> 0) AS held
FROM ROWS FROM (pg_catalog.unnest('{${pairs.map(([schema]) => schema).join()}}'::pg_catalog.oid[]),
                pg_catalog.unnest('{${pairs.map(([, role]) => role).join()}}'::pg_catalog.oid[])) AS c (schema, role)
CROSS JOIN (VALUES ('r'::"char", 'r'::"char", 'tables'), ('S', 's', 'sequences')${routines ? ", ('f', 'f', 'routines')" : ""}) AS t (objtype, built_in, name)
ORDER BY c.schema, c.role, t.objtype DESC;`;
}

/** A grantee with the privileges that it holds on whatever somebody creates: all as a superuser, others by predefined roles. */
function rowOf({ oid, superuser, inherits }: Role): string {
  const anyway = [...inherits].flatMap(({ predefined, name }) => (predefined && PREDEFINED_ROLES[name]) || []);
  return `('${oid}'::pg_catalog.oid, ${superuser}, '{${anyway}}'::pg_catalog.text[])`;
}
