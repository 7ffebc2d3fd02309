import { run } from "../model/failure.ts";
import { shell } from "./commands.ts";
import { hostOf, rulesFor } from "./rules.ts";
import { allowInProxy, bypassProxy } from "./steps.ts";

/** What goes through a proxy; PostgreSQL does not. */
const HTTPS = ["entra", "github", "azure", "github-issues"] as const;

/**
 * What can go wrong at the proxy itself. Its refusals have other words in each library: `tunnel` (GitHub's), undici
 * (Octokit), https-proxy-agent (Azure's) and Python's urllib3 (the Azure CLI).
 */
export const PROXY = rulesFor(HTTPS, {
  "proxy-not-found": {
    when: [
      { atProxy: true, codes: "ENOTFOUND EAI_AGAIN" },
      /tunneling socket could not be established, cause=getaddrinfo|ProxyError.*(\[Errno (-\d|8\b|1100\d)|name resolution|Failed to resolve)/,
    ],
    answer: ({ proxy }) => [
      "The runner's DNS server does not know the name of the proxy in `HTTPS_PROXY`.",
      "Correct or remove `HTTPS_PROXY` in the workflow and, on a self-hosted runner, in its `.env` file.",
      "Check the name on the runner:",
      run(`nslookup ${shell(proxy?.replace(/:\d+$/, "") ?? "<proxy>")}`),
    ],
  },
  "proxy-refused": {
    when: [
      { atProxy: true, codes: "ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN" },
      /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required|ProxyError|Proxy connection ended|Tunnel connection failed/i,
      "HPE_* UND_ERR_PRX_TLS",
      { codes: "NOT_JSON", status: ["4xx", "5xx"] },
    ],
    answer: (context, { text }) => {
      if (/\b407\b|proxy authentication required/i.test(text))
        return [
          "The proxy between the runner and this host asks for a sign-in.",
          "Add the sign-in to the variable:",
          run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
          ...bypassProxy(context),
        ];
      if (NO_PROXY_ANSWERS.test(text))
        return [
          "No HTTP proxy answers at the address in `HTTPS_PROXY`, or it broke the connection.",
          "Check the proxy on the runner. In a container, `127.0.0.1` is the container itself:",
          run(
            `curl --head --proxy ${shell(context.proxy === undefined ? "<proxy>" : `http://${context.proxy}`)} ${shell(`https://${hostOf(context)}`)}`,
          ),
          "Start the proxy, or correct `HTTPS_PROXY`: it must name an HTTP proxy (`http://<proxy>:<port>`), not a SOCKS proxy.",
          ...bypassProxy(context),
        ];
      return [
        "A proxy between the runner and this host does not allow the connection.",
        ...allowInProxy(context),
        "If the proxy asks for a sign-in, add it to the variable:",
        run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
      ];
    },
  },
});

const NO_PROXY_ANSWERS =
  /cause=|ECONNREFUSED|E(HOST|NET)\w+|Connection refused|Connection ended|closed connection|reset by peer|timed out|Parse Error/i;
