import { run } from "../model/failure.ts";
import { shell } from "./commands.ts";
import { hostOf, reasonIn, rulesFor } from "./rules.ts";
import { allowInProxy, bypassProxy, seeAnswer } from "./steps.ts";

/** Words of the pages of proxies and firewalls: a page of the peer itself has none of them. */
export const PRODUCTS =
  "(requested URL could not be retrieved|squid|zscaler|mcafee|skyhigh|blue ?coat|proxysg|symantec|forti|forcepoint|websense|ironport|cisco|umbrella|barracuda|watchguard|check ?point|netskope|iboss|palo alto|sophos|sonicwall|trend ?micro|menlo|smoothwall|untangle|privoxy|proxy|firewall|web ?(gateway|filter|security)|appliance|blocked|Action: Deny)";

const CUT = /\breset|closed|hang up|\bended|disconnected/i;

const UNUSABLE: Readonly<Record<string, RegExp>> = {
  "`HTTPS_PROXY` or `ALL_PROXY` names a SOCKS proxy. This action needs an HTTP proxy.": /SOCKS/i,
  "The runner does not trust the certificate of the proxy itself, whose address in `HTTPS_PROXY` begins with `https://`. If you know its authority, set `NODE_EXTRA_CA_CERTS` (for the Azure CLI, `REQUESTS_CA_BUNDLE`) to a PEM file with it.":
    /certificate/i,
  "The address of the proxy in `HTTPS_PROXY` begins with `https://`, but the proxy itself does not speak TLS.":
    /only use HTTP|EOF occurred|wrong.version|unknown.protocol|_connect_tls_proxy|check_hostname|OSError\(0, 'Error|FileNotFound/i,
  "The proxy in `HTTPS_PROXY`, or a filter on the way to it, cut the connection: it does not allow this host or has a fault, or its address begins with `https://`, but it does not itself speak TLS.":
    CUT,
  "The runner cannot use the proxy in `HTTPS_PROXY`: the name or the port is wrong, nothing answers there, or it is a SOCKS proxy or a web server.":
    /^/,
};

/**
 * What can go wrong at the proxy itself. Its refusals have other words in each library: `tunnel` (GitHub's), undici
 * (Octokit), https-proxy-agent (Azure's) and Python's urllib3 (the Azure CLI). The status is that of the answer to
 * CONNECT: https://httpwg.org/specs/rfc9110.html#CONNECT. PostgreSQL goes through no proxy.
 */
export const PROXY = rulesFor(["entra", "github", "azure", "github-issues"], {
  "proxy-sign-in": [
    ["CONNECT_401 CONNECT_407", /proxy.auth(entication required|orization)/i, { codes: "NOT_JSON", status: [407] }],
    "The proxy between the runner and this host asks for a sign-in: `HTTPS_PROXY` is not set, has no user, or one that the proxy does not accept.",
    (context) => (context.proxy ? [] : seeAnswer(context)),
    "Set the user and the password in the variable. In the password, percent-encode all but letters and digits:",
    run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
    "If they are right, the proxy accepts only Kerberos or NTLM: let its administrator exempt the runner, or run a local proxy that signs in (such as Px or Cntlm).",
    bypassProxy,
  ],
  "proxy-overloaded": [
    [
      "CONNECT_408 CONNECT_429",
      { codes: "CONNECT_5*", text: /^(?!.*\b5[01]1\b)/ },
      { status: ["5xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}|handshake ?fail|tls handshake`, "i") },
      new RegExp(`HTTP status 5\\d\\d with .*${PRODUCTS}`, "i"),
    ],
    "The proxy itself could not connect to this host: it is overloaded, its rules forbid the host, or its own DNS, firewall, TLS inspection or upstream proxy fails.",
    "Run the job again, or ask the proxy's administrator to look for this host in the proxy's log and to let it pass without TLS inspection.",
    bypassProxy,
    { retries: 2 },
  ],
  "proxy-unusable": [
    [
      { atProxy: true, codes: "ENOTFOUND EAI_* ECONN* EHOST* ENETUNREACH ETIMEDOUT UND_ERR_CONNECT_TIMEOUT" },
      "CONNECT_400 CONNECT_404 CONNECT_405 CONNECT_501",
      /Pool\(host='([\w.-]+)'.*Connection( to (?!\1 )\S+ timed out|\(host='(?!\1'))|tunneling socket could not be established, cause|[Pp]roxy (connection|tunnel) (ended|timed out)|illegal response body from proxy|from proxy CONNECT response|ProxyError(?!.*Tunnel connection failed)/,
      /SOCKS|_connect_tls_proxy|proxyconnect|PROXY_CONNECTION_FAILED|could not resolve proxy|unable to connect to proxy(?!.*Tunnel connection failed)|check_hostname requires server_hostname|proxy (URL|scheme)|Protocol "https?:" not supported|Invalid URL protocol|Failed to parse: https?:/i,
      "UND_ERR_PRX_TLS ERR_INVALID_URL ERR_PROXY_INVALID_CONFIG ERR_INVALID_PROTOCOL ERR_SSL_HTTP_REQUEST ERR_SSL_HTTPS_PROXY_REQUEST",
    ],
    (_context, { text }) => [reasonIn(text, UNUSABLE), ...(/SOCKS/i.test(text) ? [{ retries: 0 }] : [])],
    ({ proxy = "https" }, { text }) =>
      `${CUT.test(text) ? "If the proxy works for other hosts, let its administrator allow this host. If it does not, correct" : "Correct"} or remove the variable, in the workflow or in the \`.env\` file of a self-hosted runner.${proxy.startsWith("https") ? " Write `http://` even for requests to HTTPS, unless the proxy itself speaks TLS." : ""} In a container, \`127.0.0.1\` is the container itself:`,
    run("HTTPS_PROXY=http://<proxy>:<port>"),
    "Check the proxy on the runner. If it answers, but not for this host, let its administrator allow the host:",
    (context) =>
      run(`curl --head --proxy ${shell(context.proxy ?? "<proxy>:<port>")} https://${shell(hostOf(context))} -m 20`),
    { retries: 1 },
  ],
  "proxy-changed-request": [
    /^(InvalidRequest(Content|Format)|Missing(ApiVersionParameter|Subscription)|UnsupportedMediaType) |'Authorization' header|' header is |^Requires authentication|Authenticated requests get|Problems parsing JSON|should be a JSON object|Invalid request\. (For|")|User-Agent header|missing_field/,
    "The request arrived changed, such as without the token that this action sent: a proxy or a gateway between the runner and this host removed or changed a part of it.",
    bypassProxy,
    "Run the job again later. If the error persists, ask the administrators of the runner's network to exempt this host from inspection, or use another runner.",
    seeAnswer,
  ],
  "proxy-refused": [
    [
      "CONNECT_* ERR_PROXY_TUNNEL ERR_TUNNEL_CONNECTION_FAILED HPE_HEADER_OVERFLOW UND_ERR_HEADERS_OVERFLOW Z_DATA_ERROR",
      { status: ["3xx", 413, 414, 431, 511] },
      { codes: "NOT_JSON", text: /^HTTP status (?!5|408|429|[23].*empty answer|.*Our services aren)/ },
      /Error Code : ([34]\d\d(?!.*Our services aren).*HTML page|511)|when HTTP Tunneling|Tunnel connection failed/,
      /\bParse Error: (?!.*EOF)|match the HTTP\/1.1 protocol|BadStatusLine/,
      { status: [400, 401, 403, 405, 410, 451], text: /^\s*</ },
      { status: ["4xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}`, "i") },
    ],
    (_context, { text }) =>
      reasonIn(text, {
        "The headers are too large for a proxy or for this host, or a proxy adds too many. The token of a user in many groups is large: sign in as an application, for example with `auth-type: oidc`.":
          /overflow|headers? (is|are) too (long|large)|\b(413|414|431)\b/i,
        "The runner's network, or a proxy in it, answers with a page where a person has to sign in (a captive portal).":
          /\b(30\d|511)\b|sign.?in|(log.?(in|on)|portal)\b(?![.-])|captive/i,
        "The answer was not valid HTTP: a proxy or a firewall changed it, or what `HTTPS_PROXY` names is not an HTTP proxy.":
          /Parse Error|HTTP\/1.1 protocol|BadStatusLine|header check/,
        "A proxy or a firewall between the runner and this host answered in its place. Or this host does not accept the token, and does not say why: then check `tenant-id` and `environment`.":
          /^HTTP status 401 with an empty/,
        "A proxy or a firewall between the runner and this host does not allow the connection.": /^/,
      }),
    (context, { text }) => (/CONNECT\b|[Tt]unnel/.test(text) ? [] : seeAnswer(context)),
    allowInProxy,
  ],
});
