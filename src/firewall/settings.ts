import { isIPv4 } from "node:net";
import { code, EMPTY, inOurWords, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { Invalid } from "../settings/invalid.ts";
import { all, readInputs } from "../settings/reader.ts";
import { ONE_SERVER_INPUTS } from "../settings/server.ts";
import { ENTRA_SIGN_IN_INPUTS, entraFieldsFrom } from "../settings/sign-in.ts";
import { hostName, name, port, rootCertificates } from "../settings/values.ts";
import { publicAddressIn } from "./ipv4.ts";
import { serverIdOf } from "./server.ts";

/** The inputs of the firewall action, parsed. */
export type FirewallSettings = ReturnType<typeof parseFirewallSettings>;

/** The runner's address, or the service to ask for it if the server does not say. */
export type RunnerIp = { readonly address: string } | { readonly service: URL };

/** The certificate is always checked in full. */
const { "ssl-mode": _, ...SERVER } = ONE_SERVER_INPUTS;

/** The inputs of the firewall action, with the defaults in its action.yml. */
export const FIREWALL_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  "server-resource-id": {
    use: "the resource ID of a flexible server, such as `/subscriptions/…/resourceGroups/…/providers/Microsoft.DBforPostgreSQL/flexibleServers/my-server`",
  },
  "runner-ip": {
    use: "one public IPv4 address, or the `https://` address of a service that returns the caller's address",
    default: "https://api.ipify.org",
  },
  database: { use: "the name of one database" },
  ...SERVER,
} as const;

/**
 * Parses the inputs into one value.
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function parseFirewallSettings(env: Env) {
  return readInputs(FIREWALL_INPUTS, env, (inputs) => {
    const entra = entraFieldsFrom(inputs);
    const toHost = hostName(() => entra.cloud().hostSuffix, EMPTY);
    return all({
      ...entra, // for the resource manager and for the server
      serverId: () => inputs.required("server-resource-id", serverId),
      runnerIp: () => inputs.orDefault("runner-ip", runnerIp),
      user: () => inputs.required("user", name),
      database: () => inputs.required("database", name),
      host: () => inputs.optional("host", toHost), // replaces the host name that the resource manager gives
      port: () => inputs.orDefault("port", port),
      tls: () => ({
        mode: "verify-full" as const,
        rootCertificates: inputs.optional("ssl-root-cert", rootCertificates),
      }),
    });
  });
}

/**
 * The part that the post step needs: an invalid input that it does not need must not stop it.
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export const parseAzureSettings = (env: Env) =>
  readInputs(FIREWALL_INPUTS, env, (inputs) => all(entraFieldsFrom(inputs)));

function serverId(text: string) {
  const id = serverIdOf(text.trim());
  if (id === undefined) throw new Invalid(inOurWords("is not the resource ID of a flexible server"));
  return id;
}

function runnerIp(text: string): RunnerIp {
  const value = text.trim();
  const address = publicAddressIn(value);
  if (address !== undefined) return { address };
  if (isIPv4(value)) {
    throw new Invalid(inOurWords("is a private or reserved address, which a server on the internet never sees"));
  }
  const service = URL.parse(value);
  if (service?.protocol === "https:" && service.username === "" && service.password === "") return { service };
  throw new Invalid(sentence`is neither an IPv4 address nor an ${code("https://")} address`);
}
