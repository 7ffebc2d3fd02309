import type { Demand } from "../model/demand.ts";
import { actsAs, type Oid, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";

/** A role whose next table, sequence or routine may appear in a schema. */
export interface Creator {
  readonly schema: Oid;
  readonly role: Oid;
}

/**
 * Who creates objects here: roles that own a relation or a routine that belongs to no extension; roles that can log in
 * and hold CREATE on the schema by name; and the grantees, where CREATE is demanded. Never a superuser, PUBLIC or a predefined
 * role: on 14 everybody may create in `public`, so what a role could do says little about what it does. Nor another app
 * of Service Connector's, unless it owns something here: each of them is granted CREATE on `public`.
 */
export function creatorsOf(
  snapshot: Pick<Snapshot, "grantees" | "groups" | "roles" | "schemas" | "sessions" | "sessionUser">,
  demand: Demand,
): readonly Creator[] {
  const owners = snapshot.groups
    .filter((group) => group.schema !== undefined && group.kind !== "default-privileges")
    .filter((group) => group.skipped !== "extension")
    .map((group) => ({ schema: group.schema?.oid ?? "", role: group.owner }));
  const entitled = snapshot.groups
    .filter((group) => group.kind === "schema")
    .flatMap((group) =>
      group.acl
        .filter((item) => item.privilege === "CREATE" && snapshot.roles.get(item.grantee)?.canLogin)
        .filter(({ grantee }) => grantee === snapshot.sessionUser || !isApp(roleOf(snapshot, grantee)))
        .map((item) => ({ schema: group.members[0]?.oid ?? "", role: item.grantee })),
    );
  const grantees = [...snapshot.grantees.values()]
    .map((oid) => roleOf(snapshot, oid))
    .filter(({ canLogin }) => canLogin && demand.schemaPrivileges.includes("CREATE"))
    .map((grantee) => actsAs(snapshot, grantee).oid);
  const demanded = snapshot.schemas.flatMap(({ oid: schema }) => grantees.map((role) => ({ schema, role })));
  const unique = new Map(
    [...owners, ...entitled, ...demanded].map((creator) => [`${creator.schema} ${creator.role}`, creator]),
  );
  return [...unique.values()].filter(({ role }) => {
    const { superuser, predefined, gone } = roleOf(snapshot, role);
    return !superuser && !predefined && !gone;
  });
}

/**
 * How Service Connector names the role of an app: `aad_` and the connection's name.
 * https://github.com/Azure/azure-cli-extensions/tree/main/src/serviceconnector-passwordless (_credential_free.py)
 */
function isApp({ name }: Role): boolean {
  return name.startsWith("aad_");
}
