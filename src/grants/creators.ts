import type { Demand } from "../model/demand.ts";
import { actsAs, type Oid, roleOf, type Snapshot } from "../model/snapshot.ts";

/** A role whose next table, sequence or routine may appear in a schema. */
export interface Creator {
  readonly schema: Oid;
  readonly role: Oid;
}

/**
 * Who creates objects here: roles that own a relation or a routine that belongs to no extension; this login, where it
 * holds CREATE on the schema by name; and the grantees, where CREATE is demanded. What another role could do says little
 * about what it does: on 14 everybody may create in `public`, and Service Connector grants CREATE to each app. Never a
 * superuser or a predefined role.
 */
export function creatorsOf(
  snapshot: Pick<Snapshot, "grantees" | "groups" | "roles" | "schemas" | "sessions" | "sessionUser">,
  demand: Demand,
): readonly Creator[] {
  const owners = snapshot.groups
    .filter((group) => group.schema !== undefined && group.kind !== "default-privileges")
    .filter((group) => group.skipped !== "extension")
    .map((group) => ({ schema: group.schema?.oid ?? "", role: group.owner }));
  const login = snapshot.groups
    .filter((group) => group.kind === "schema")
    .filter(({ acl }) =>
      acl.some(({ privilege, grantee }) => privilege === "CREATE" && grantee === snapshot.sessionUser),
    )
    .map((group) => ({ schema: group.members[0]?.oid ?? "", role: snapshot.sessionUser }));
  const grantees = [...snapshot.grantees.values()]
    .map((oid) => roleOf(snapshot, oid))
    .filter(({ canLogin }) => canLogin && demand.schemaPrivileges.includes("CREATE"))
    .map((grantee) => actsAs(snapshot, grantee).oid);
  const demanded = snapshot.schemas.flatMap(({ oid: schema }) => grantees.map((role) => ({ schema, role })));
  const unique = new Map(
    [...owners, ...login, ...demanded].map((creator) => [`${creator.schema} ${creator.role}`, creator]),
  );
  return [...unique.values()].filter(({ role }) => {
    const { superuser, predefined, gone } = roleOf(snapshot, role);
    return !superuser && !predefined && !gone;
  });
}
