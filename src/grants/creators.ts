import { type Oid, roleOf, type Snapshot } from "../model/snapshot.ts";

/** A role whose next table or sequence may appear in a schema. */
export interface Creator {
  readonly schema: Oid;
  readonly role: Oid;
}

/**
 * Who creates objects here: roles that own a relation (or a routine) which is no extension's, and roles that can log in and hold
 * CREATE on the schema by name. Never a superuser, PUBLIC or a predefined role: on 14 everybody may create in
 * `public`, so what a role could do says little about what it does.
 */
export function creatorsOf(snapshot: Pick<Snapshot, "groups" | "roles">): readonly Creator[] {
  const owners = snapshot.groups
    .filter((group) => group.schema !== undefined && group.kind !== "default-privileges")
    .filter((group) => group.skipped !== "extension")
    .map((group) => ({ schema: group.schema?.oid ?? "", role: group.owner }));
  const entitled = snapshot.groups
    .filter((group) => group.kind === "schema")
    .flatMap((group) =>
      group.acl
        .filter((item) => item.privilege === "CREATE" && snapshot.roles.get(item.grantee)?.canLogin)
        .map((item) => ({ schema: group.members[0]?.oid ?? "", role: item.grantee })),
    );
  const unique = new Map(
    [...owners, ...entitled].map((creator) => [`${creator.schema} ${creator.role}`, creator]),
  );
  return [...unique.values()].filter(({ role }) => {
    const { superuser, predefined, gone } = roleOf(snapshot, role);
    return !superuser && !predefined && !gone;
  });
}
