import { CLOUDS, type Cloud } from "../model/clouds.ts";
import { code, inOurWords, type Sentence, sentence } from "../model/sentence.ts";
import type { EntraSignIn, SignIn } from "../model/settings.ts";
import { all, type InputsOf } from "./reader.ts";
import { choice, clientId, cloudName, oneOf, SECRET_INPUT, secret, tenantId } from "./values.ts";

const ENTRA_AUTH_TYPES = ["oidc", "client-secret", "managed-identity", "azure-cli"] as const;
const AUTH_TYPES = [...ENTRA_AUTH_TYPES, "password"] as const;

/** Inputs of an action that signs in as a Microsoft Entra identity. */
export const ENTRA_SIGN_IN_INPUTS = {
  "auth-type": { use: oneOf(ENTRA_AUTH_TYPES) },
  "client-id": { use: "the application (client) ID of the Entra application, a GUID" },
  "tenant-id": { use: "the ID of the Entra tenant, a GUID, or one of its domain names" },
  "client-secret": { ...SECRET_INPUT, use: "the secret of the service principal" },
  environment: { use: oneOf(Object.keys(CLOUDS)), default: "azurecloud" },
  user: { use: "the PostgreSQL name of the role to sign in as" },
} as const;

/** The same for an action that can also sign in with a PostgreSQL password. */
export const SIGN_IN_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  "auth-type": { use: oneOf(AUTH_TYPES) },
  password: { ...SECRET_INPUT, use: "the PostgreSQL password of `user`" },
} as const;

/** How to sign in, by `auth-type` or, without it, by the other inputs. */
export function signInFrom(inputs: InputsOf<typeof SIGN_IN_INPUTS>): SignIn {
  const chosen = inputs.optional("auth-type", choice(AUTH_TYPES));
  if (inputs.isSet("password") && inputs.isSet("client-secret")) {
    inputs.mistake("password", inOurWords("`password` and `client-secret` are both set. Remove one of them."));
  }
  const type = chosen ?? (inputs.isSet("password") ? "password" : undefined);
  if (type !== "password") return entraSignInFrom(inputs, type);
  return { type, password: inputs.required("password", secret, requiredBy(type, inputs)) };
}

/** How an action without `password` signs in, and in which cloud: fields for `all` of the inputs. */
export function entraFieldsFrom(inputs: InputsOf<typeof ENTRA_SIGN_IN_INPUTS>) {
  return { signIn: () => entraSignInFrom(inputs), cloud: () => cloudFrom(inputs) };
}

/** The cloud in `environment`. */
export function cloudFrom(inputs: InputsOf<typeof ENTRA_SIGN_IN_INPUTS>): Cloud {
  return CLOUDS[inputs.orDefault("environment", cloudName)];
}

/** How to sign in without `password`. */
export function entraSignInFrom(
  inputs: InputsOf<typeof ENTRA_SIGN_IN_INPUTS>,
  chosen = inputs.optional("auth-type", choice(ENTRA_AUTH_TYPES)),
): EntraSignIn {
  const type = chosen ?? (inputs.isSet("client-secret") ? "client-secret" : "oidc");
  const required = requiredBy(type, inputs);
  const application = {
    clientId: () => inputs.required("client-id", clientId, required),
    tenantId: () => inputs.required("tenant-id", tenantId, required),
  };
  const clientSecret = () => inputs.required("client-secret", secret, required);
  switch (type) {
    case "oidc":
      return { type, ...all(application) };
    case "client-secret":
      return { type, ...all({ ...application, clientSecret }) };
    case "managed-identity":
      return { type, clientId: inputs.optional("client-id", clientId) };
    case "azure-cli":
      return { type };
  }
}

/** The input that requires the inputs of this type: `auth-type`, or the one that it follows from. */
function requiredBy(type: SignIn["type"], inputs: InputsOf<typeof ENTRA_SIGN_IN_INPUTS>): Sentence {
  if (inputs.isSet("auth-type")) return code(`auth-type: ${type}`);
  return type === "oidc" ? sentence`${code("auth-type: oidc")} (the default)` : code(type);
}
