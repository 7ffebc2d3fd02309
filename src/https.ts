import { ActionError, failure, run } from "./model/failure.ts";
import { code, sentence } from "./model/sentence.ts";
import type { Env } from "./model/settings.ts";
import { rememberSent } from "./text/secrets.ts";

/** The first of them that is set names the proxy of Azure's libraries; GitHub's read `https_proxy` or `HTTPS_PROXY`. */
const VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];

/** What is known of the way to a host: its proxy, and whether GitHub hosts the runner. */
export const wayTo = (host: string | undefined, env: Env) => ({
  host,
  proxy: proxyTo(host, env),
  onGitHub: env.RUNNER_ENVIRONMENT === "github-hosted",
});

/**
 * The proxy that leads to a host.
 * @returns `<host>:<port>`, without the user and the password, and with `https://` in front if the runner is to speak TLS to
 * it; undefined without a proxy, and for a host that bypasses it
 */
export function proxyTo(host: string | undefined, env: Env): string | undefined {
  const value = VARIABLES.map((name) => env[name]).find(Boolean);
  const { protocol, hostname, port } = URL.parse(value ?? "") ?? {};
  const name = host?.replace(/:\d+$/, "");
  const bypass = (env.NO_PROXY || env.no_proxy || "").split(",").map((each) => each.trim());
  const bypassed = (each: string) =>
    each === "*" || each === name || (each !== "" && name?.endsWith(each.replace(/^\*?\.?/, ".")));
  if (!hostname || bypass.some(bypassed)) return undefined;
  return protocol === "https:" ? `https://${hostname}:${port || 443}` : `${hostname}:${port || 80}`;
}

/**
 * Checks the variables that change each request over HTTPS, before a token is sent.
 * @throws ActionError if certificates are not checked, or the variable that names the proxy is not a URL; the libraries'
 * errors do not name the variable
 */
export function checkHttps(env: Env): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new ActionError(TLS_CHECKS_OFF);
  const variable = VARIABLES.find((name) => env[name]);
  if (variable === undefined) return;
  try {
    const { protocol, password } = new URL(env[variable] ?? "");
    rememberSent(decodeURIComponent(password));
    if (/^https?:$/.test(protocol)) return;
  } catch {
    // not a URL, or not percent-encoded
  }
  throw new ActionError(
    failure({
      code: "proxy-malformed",
      message: sentence`${code(variable)} is not the URL of a proxy.`,
      hint: "The value has no `http://` in front of the host, its password contains a character that must be percent-encoded, or it names a SOCKS proxy. SOCKS proxies are not supported: name an HTTP proxy, or unset the variable.",
      steps: [
        "Set the variable for the job, or on the runner, in this form:",
        run(`${variable}=http://<user>:<password>@<proxy>:<port>`),
      ],
    }),
  );
}

/**
 * The address of a service of Azure, to which a secret or a token is sent.
 * @param variable replaces the address that the service has in the cloud
 * @throws ActionError if it is not an https address
 */
export function addressIn(
  variable: "AZURE_AUTHORITY_HOST" | "AZURE_RESOURCE_MANAGER_URL",
  inCloud: string,
  env: Env,
): string {
  const address = env[variable] || inCloud;
  if (URL.parse(address)?.protocol === "https:") return address;
  throw new ActionError(
    failure({
      code: "address-not-https",
      message: sentence`${code(variable)} is not an ${code("https://")} address.`,
      hint: "The variable is set for the job or on the runner, and replaces the address in the cloud. Secrets and tokens are sent only over TLS.",
      steps: ["Remove the variable from the job and from the runner, or correct it:", run(`${variable}=${inCloud}`)],
    }),
  );
}

/** Anyone on the network could read the token. */
const TLS_CHECKS_OFF = failure({
  code: "tls-checks-off",
  message: "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`.",
  hint: "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent.",
  steps: [
    "Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment. To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file.",
  ],
});

/** In bytes, unpacked. A page of a hundred of GitHub's longest issues has 7 MB; a compressed answer can unpack to a thousand times its size. */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * Bounds the memory that an answer over HTTP takes.
 * @param bytes how much of the answer has come so far, unpacked
 * @throws an error if that is too much
 */
export function boundAnswer(bytes: number): void {
  if (bytes > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES / 2 ** 20} MiB`);
}
