import { PRINCIPAL_TYPES } from "../model/entra-label.ts";
import { inOurWords } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { all, readInputs } from "../settings/reader.ts";
import { ONE_SERVER_INPUTS, tlsFrom } from "../settings/server.ts";
import { ENTRA_SIGN_IN_INPUTS, entraFieldsFrom } from "../settings/sign-in.ts";
import { BOOLEAN, boolean, choice, hostName, name, newRole, objectId, oneOf, port } from "../settings/values.ts";

/** The role that has to exist, and the identity that it has to be bound to. */
export type PrincipalDemand = ReturnType<typeof parsePrincipalSettings>["principal"];

const PRINCIPAL_MODES = ["apply", "check"] as const;

/** The inputs of the action `principal`, with the defaults in its action.yml. */
export const PRINCIPAL_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  ...ONE_SERVER_INPUTS,
  name: { use: "the name of the role in PostgreSQL, such as `aad_orders`" },
  "object-id": { use: "the object ID in Microsoft Entra, a GUID; for an application, that of its service principal" },
  type: { use: oneOf(PRINCIPAL_TYPES), default: "service" },
  rebind: BOOLEAN,
  mode: { use: oneOf(PRINCIPAL_MODES), default: "apply", neverEmpty: true },
} as const;

/**
 * Parses the inputs of `principal` into one value.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_OBJECT-ID`)
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function parsePrincipalSettings(env: Env) {
  return readInputs(PRINCIPAL_INPUTS, env, (inputs) => {
    const entra = entraFieldsFrom(inputs);
    const suffix = () => entra.cloud().hostSuffix;
    const toHost = hostName(suffix, inOurWords("Use only the host from the connection string."));
    const host = () => inputs.required("host", toHost);
    return all({
      ...entra,
      server: () =>
        all({
          host,
          port: () => inputs.orDefault("port", port),
          tls: () => tlsFrom(inputs, entra.signIn, () => [host()]),
        }),
      user: () => inputs.required("user", name), // an Entra administrator
      principal: () =>
        all({
          mode: () => inputs.orDefault("mode", choice(PRINCIPAL_MODES)),
          name: () => inputs.required("name", newRole),
          objectId: () => inputs.required("object-id", objectId), // in lower case
          type: () => inputs.orDefault("type", choice(PRINCIPAL_TYPES)),
          rebind: () => inputs.orDefault("rebind", boolean),
        }),
    });
  });
}
