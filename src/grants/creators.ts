import type { Demand } from "../model/demand.ts";
import { isPublic, type Role, type Schema, type SignedIn, type Snapshot } from "../model/snapshot.ts";
import { distinctBy } from "../text/groups.ts";

/** A role whose next table, sequence or routine may appear in a schema. */
export interface Creator {
  readonly schema: Schema;
  readonly role: Role;
}

/**
 * Who creates objects here: roles that own a relation or a routine that is not skipped; roles that can log in
 * and hold CREATE on the schema by name; and the grantees, if CREATE is demanded. Never a superuser, PUBLIC or a predefined
 * role: on 14 everybody may create in `public`, so what a role could do says little about what it does. Nor another app
 * of Service Connector's, unless it owns something here: each of them is granted CREATE on `public`.
 */
export function creatorsOf(
  { sessionUser, groups, schemas }: Pick<Snapshot, "sessionUser" | "groups" | "schemas">,
  grantees: readonly SignedIn[],
  { schemaPrivileges }: Demand,
): readonly Creator[] {
  const owners = groups.flatMap(({ kind, schema, owner, skipped }) =>
    schema === undefined || kind === "default-privileges" || skipped !== "" ? [] : { schema, role: owner },
  );
  const entitled = schemas.flatMap((schema) =>
    schema.acl.flatMap(({ privilege, grantee: role }) => {
      if (privilege !== "CREATE" || isPublic(role) || !role.canLogin) return [];
      return role === sessionUser || !role.name.startsWith(APP) ? { schema, role } : [];
    }),
  );
  const creating = schemaPrivileges.includes("CREATE") ? grantees.filter(({ role }) => role.canLogin) : [];
  const demanded = schemas.flatMap((schema) => creating.map(({ actor }) => ({ schema, role: actor })));
  const all = distinctBy([...owners, ...entitled, ...demanded], ({ schema, role }) => `${schema.oid} ${role.oid}`);
  return all.filter(({ role: { superuser, predefined, gone } }) => !superuser && !predefined && !gone);
}

/**
 * How Service Connector names the role of an app: `aad_` and the connection's name.
 * https://github.com/Azure/azure-cli-extensions/tree/main/src/serviceconnector-passwordless (_credential_free.py)
 */
const APP = "aad_";
