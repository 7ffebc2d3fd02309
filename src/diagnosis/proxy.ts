import { run } from "../model/failure.ts";
import { shell } from "./commands.ts";
import { hostOf, rulesFor } from "./rules.ts";
import { allowInProxy, bypassProxy } from "./steps.ts";

/** What goes through a proxy; PostgreSQL does not. */
const HTTPS = ["entra", "github", "azure", "github-issues"] as const;

/**
 * What can go wrong at the proxy itself. Its refusals have other words in each library: `tunnel` (GitHub's), undici
 * (Octokit), https-proxy-agent (Azure's) and Python's urllib3 (the Azure CLI). The status is that of the answer to
 * CONNECT: https://httpwg.org/specs/rfc9110.html#CONNECT
 */
export const PROXY = rulesFor(HTTPS, {
  "proxy-not-found": [
    [
      { atProxy: true, codes: "ENOTFOUND EAI_*" },
      { codes: "ENOTFOUND EAI_*", text: /tunneling socket|ProxyError/ },
    ],
    "The runner's DNS server does not know the name of the proxy in `HTTPS_PROXY`.",
    "Correct or remove `HTTPS_PROXY` in the workflow and, on a self-hosted runner, in its `.env` file.",
    "Check the name on the runner:",
    ({ proxy }) => run(`nslookup ${shell(proxy?.replace(/:\d+$/, "") ?? "<proxy>")}`),
  ],
  "proxy-sign-in": [
    ["CONNECT_407", /proxy authentication required/i, { codes: "NOT_JSON", status: [407] }],
    "The proxy between the runner and this host asks for a sign-in.",
    "Add the sign-in to the variable. In the password, percent-encode all but letters and digits:",
    run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
    "If the proxy accepts only Kerberos or NTLM, let its administrator exempt the runner, or run a local proxy that signs in.",
    bypassProxy,
  ],
  "proxy-overloaded": [
    { codes: "CONNECT_5*", text: /^(?!.*\b501\b)/ },
    "The proxy itself could not connect to this host: it is overloaded, or its own DNS, firewall or upstream proxy fails.",
    "Run the job again.",
    "If the error persists, ask the proxy's administrator to look for this host in the proxy's log.",
    bypassProxy,
    { retries: 2 },
  ],
  "proxy-unusable": [
    [
      {
        atProxy: true,
        codes: "ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN ETIMEDOUT ECONNRESET UND_ERR_CONNECT_TIMEOUT",
      },
      "CONNECT_400 CONNECT_404 CONNECT_405 CONNECT_501",
      /tunneling socket could not be established, cause|Proxy connection ended|ProxyError(?!.*Tunnel connection failed)/,
      /SOCKS|check_hostname requires server_hostname|proxy (URL|scheme)|Protocol "https?:" not supported|Invalid URL protocol|Failed to parse: https?:/i,
      /^(?=.*Parse Error).*(Expected HTTP|Missing expected)/,
      "UND_ERR_PRX_TLS ERR_INVALID_PROTOCOL ERR_SSL_HTTP_REQUEST ERR_SSL_HTTPS_PROXY_REQUEST",
    ],
    "No HTTP proxy answers at the address in `HTTPS_PROXY`: the address or its `http://` is wrong, nothing listens there, or it is a SOCKS proxy or a web server.",
    "Correct the variable. Almost all proxies need `http://`, not `https://`, for requests to HTTPS too. In a container, `127.0.0.1` is the container itself:",
    run("HTTPS_PROXY=http://<proxy>:<port>"),
    "Check the proxy on the runner:",
    (context) =>
      run(
        `curl --head --proxy ${shell(context.proxy === undefined ? "<proxy>" : `http://${context.proxy}`)} ${shell(`https://${hostOf(context)}`)}`,
      ),
    bypassProxy,
    { retries: 1 },
  ],
  "proxy-refused": [
    [
      "CONNECT_* ERR_PROXY_TUNNEL",
      { codes: "NOT_JSON", status: ["4xx"] },
      /Error Code : (4\d\d.*HTML page|511)/,
      { status: ["4xx"], text: /^\s*</ },
    ],
    "A proxy between the runner and this host does not allow the connection.",
    allowInProxy,
  ],
});
