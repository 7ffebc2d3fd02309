import { bindingSql } from "../grants/identity.ts";
import { ENTRA_DATABASE, entraLabel } from "../model/entra-label.ts";
import { type Failure, failure, run } from "../model/failure.ts";
import { code, name, sentence } from "../model/sentence.ts";
import { quoteIdentifier, quoteLiteral } from "../text/sql.ts";
import type { PrincipalDemand } from "./settings.ts";

const SHOW = {
  service: "sp show --id <client-id>",
  group: "group show --group <group>",
  user: "user show --id <user>",
};

/** The role is bound to another identity, and `rebind` is not set. */
export function boundToAnother(bound: string | undefined, { name: role, objectId, type }: PrincipalDemand): Failure {
  return failure({
    code: "principal-bound-to-another",
    message: sentence`${name(role)} is bound to object ID ${code(bound ?? "")}, not to ${code(objectId)}.`,
    hint: "The identity was deleted and created again, or `object-id` is not the object ID of its service principal (enterprise application).",
    steps: [
      "Compare `object-id` with the object ID of the identity:",
      run(`az ad ${SHOW[type]} --query id --output tsv`),
      "If `object-id` is right, bind the role to it. Its privileges stay as they are:",
      run("rebind: true"),
    ],
  });
}

/** An administrator's role: a step of a deployment must not change who administers the server. */
export function isAdministrator({ name: role }: PrincipalDemand): Failure {
  return failure({
    code: "principal-is-administrator",
    message: sentence`${name(role)} is an administrator of this server. Nothing was changed.`,
    hint: "This action never creates or changes an administrator.",
    steps: [
      "Set `name` to a role that only the app uses.",
      "If the role must not be an administrator, remove it from the list of the server's Microsoft Entra administrators, or run:",
      run(`REVOKE azure_pg_admin FROM ${quoteIdentifier(role)};`),
    ],
  });
}

/** A role with a password, or a group role, of this name. */
export function isNoEntraRole({ name: role, objectId, type }: PrincipalDemand): Failure {
  return failure({
    code: "principal-is-no-entra-role",
    message: sentence`${name(role)} exists, but is not an Entra role. Nothing was changed.`,
    hint: "The role was created with CREATE ROLE, perhaps with a password. Once it is bound to an identity, only that identity can sign in as it.",
    steps: [
      "Set `name` to another role.",
      sentence`Or bind this role yourself, as a Microsoft Entra administrator in database ${name(ENTRA_DATABASE)}:`,
      run(bindingSql(role, { objectId, type, admin: false, mfa: false })),
    ],
  });
}

/** The server took the statement, and lists something else. */
export function notBoundAfterwards({ name: role, objectId, type }: PrincipalDemand): Failure {
  const values = [role, objectId, type].map(quoteLiteral).join(", ");
  return failure({
    code: "principal-not-bound",
    message: sentence`The server accepted the statement, but ${name(role)} is still not bound to object ID ${code(objectId)}. Everything was rolled back.`,
    hint: "The server has rules that Microsoft does not document.",
    steps: [
      sentence`As a Microsoft Entra administrator in database ${name(ENTRA_DATABASE)}, compare the list with ${code(entraLabel({ objectId, type, admin: false, mfa: false }))}:`,
      run("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);"),
      "Then bind the role with a function that Microsoft does not document:",
      run(`SELECT pg_catalog.pgaadauth_update_principal_with_oid(${values}, false, false);`),
    ],
  });
}
