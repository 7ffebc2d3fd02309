import { step } from "../model/failure.ts";
import { shell } from "./commands.ts";
import { byText, hostOf, rulesFor } from "./rules.ts";

/** What goes through a proxy; PostgreSQL does not. */
const HTTPS = ["entra", "github", "azure", "github-issues"] as const;

/**
 * What can go wrong at the proxy itself. Its refusals have other words in each library: `tunnel` (GitHub's), undici
 * (Octokit), https-proxy-agent (Azure's) and Python's urllib3 (the Azure CLI).
 */
export const PROXY = rulesFor(HTTPS, [
  {
    code: "proxy-not-found",
    when: [
      { atProxy: true, codes: ["ENOTFOUND", "EAI_AGAIN"] },
      {
        text: /tunneling socket could not be established, cause=getaddrinfo|ProxyError.*(Name or service not known|nodename nor servname|name resolution|getaddrinfo failed|Failed to resolve)/,
      },
    ],
    cause: "The runner's DNS server does not know the name of the proxy in `HTTPS_PROXY`.",
    next: ({ proxy }) => [
      "Correct or remove `HTTPS_PROXY` in the workflow and, on a self-hosted runner, in its `.env` file.",
      step("Check the name on the runner:", `nslookup ${shell(proxy?.replace(/:\d+$/, "") ?? "<proxy>")}`),
    ],
  },
  {
    code: "proxy-refused",
    when: [
      { atProxy: true, codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"] },
      {
        text: /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required|ProxyError|Proxy connection ended|Tunnel connection failed/i,
      },
      { codes: ["HPE_*"] },
      { codes: ["NOT_JSON"], status: ["4xx", "5xx"] },
    ],
    ...byText(
      {
        text: /\b407\b|proxy authentication required/i,
        cause: "The proxy between the runner and this host asks for a sign-in.",
        next: (context) => [
          step("Add the sign-in to the variable:", "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
          step("Or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
        ],
      },
      {
        text: /cause=|ECONNREFUSED|E(HOST|NET)\w+|Connection refused|Connection ended|closed connection|reset by peer|timed out|Parse Error/i,
        cause: "No HTTP proxy answers at the address in `HTTPS_PROXY`, or it broke the connection.",
        next: (context) => [
          step(
            "Check the proxy on the runner. In a container, `127.0.0.1` is the container itself:",
            `curl --head --proxy ${shell(context.proxy === undefined ? "<proxy>" : `http://${context.proxy}`)} ${shell(`https://${hostOf(context)}`)}`,
          ),
          "Start the proxy, or correct `HTTPS_PROXY`: it must name an HTTP proxy (`http://<proxy>:<port>`), not a SOCKS proxy.",
          step("Or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
        ],
      },
      {
        cause: "A proxy between the runner and this host does not allow the connection.",
        next: (context) => [
          step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
          step(
            "If the proxy asks for a sign-in, add it to the variable:",
            "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>",
          ),
        ],
      },
    ),
  },
]);
