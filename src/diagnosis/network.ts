import { isIP } from "node:net";
import { code, type Sentence, sentence } from "../model/sentence.ts";
import { azAllow, azShow, shell, step } from "./commands.ts";
import { type Context, hostOf, isPostgres, rulesFor, type Steps } from "./rules.ts";

const EVERYWHERE = ["postgres", "entra", "github", "azure"] as const;

/**
 * What can go wrong on the way: names, addresses, TLS. Codes: https://nodejs.org/api/errors.html#common-system-errors
 * and https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
 */
export const NETWORK = rulesFor(EVERYWHERE, [
  {
    code: "proxy-refused",
    when: [
      {
        text: /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required/i,
      },
      { codes: ["NOT_JSON"], status: ["4xx", "5xx"] },
    ],
    cause:
      "A proxy between the runner and this host refused the connection: it asks for a sign-in, or does not allow the host.",
    next: (context) => [
      step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
      step(
        "If the proxy asks for a sign-in, add it to the variable:",
        "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>",
      ),
    ],
  },
  {
    code: "host-not-found",
    when: [{ codes: ["ENOTFOUND"] }, { text: /getaddrinfo ENOTFOUND/ }],
    cause:
      "The runner's DNS server does not know this host name. The name of a server in a virtual network resolves only inside that network.",
    next: atPostgres((context) => [
      step("Set `host` to the server's full name:", azShow(context, "fullyQualifiedDomainName")),
      "For a server in a virtual network, use a runner in that network, with the private DNS zone linked to it.",
    ]),
  },
  {
    code: "dns-unavailable",
    when: [{ codes: ["EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"] }, { text: /getaddrinfo EAI_/ }],
    cause: "The runner's DNS server did not answer.",
    next: (context) => [
      "Run the job again.",
      step("On a self-hosted runner, check its DNS:", `nslookup ${shell(hostOf(context))}`),
    ],
    retries: 2,
  },
  {
    code: "tls-handshake",
    when: [
      { codes: ["ERR_SSL_*", "EPROTO*"] },
      {
        text: /error establishing an SSL connection|before secure TLS connection was established|EPROTO|wrong version number/,
      },
    ],
    cause:
      "The two sides cannot agree on TLS: a different service listens on this port, a proxy is in between, or the server does not support TLS 1.2.",
    next: (context) => [step("See what answers on the port:", look(context, ""))],
    retries: 1,
  },
  {
    code: "connection-lost",
    when: [
      { codes: ["ECONNRESET", "EPIPE", "ECONNABORTED"] },
      {
        text: /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|ECONNRESET|EPIPE|socket hang up|server closed the connection|other side closed/,
      },
    ],
    cause: "The connection broke: the peer is restarting or failing over, or something in between cut it.",
    next: (context) =>
      isPostgres(context)
        ? [
            "Run the job again: what was granted stays granted.",
            step("If the error persists, look at the server's state:", azShow(context, "state")),
          ]
        : ["Run the job again.", ...reachable(context)],
    retries: 3,
  },
  {
    code: "connection-timed-out",
    when: [
      { codes: ["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ERR_SOCKET_CONNECTION_TIMEOUT"] },
      { text: /timeout expired|ETIMEDOUT|due to connection timeout|Connect Timeout Error/ },
    ],
    cause: (context) =>
      isPostgres(context)
        ? "Nothing answered: a firewall drops the packets, public access is off, or the server is stopped."
        : "Nothing answered: a firewall drops the packets, or the runner needs a proxy.",
    next: atPostgres((context) => [
      step(
        "Look at the server's state and network:",
        azShow(context, "{state:state, publicAccess:network.publicNetworkAccess}"),
      ),
      "If public access is `Disabled`, use a runner in the server's network.",
      step("If it is `Enabled`, allow the runner's address:", azAllow(context, "<address>")),
      `On a self-hosted runner, allow outbound TCP to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`,
    ]),
    retries: 1,
  },
  {
    code: "connection-refused",
    when: [{ codes: ["ECONNREFUSED"] }, { text: /ECONNREFUSED/ }],
    cause:
      "The host exists, but nothing listens on this port: the server is restarting or stopped, or the port is wrong.",
    next: atPostgres((context) => [
      step("Look at the server's state:", azShow(context, "state")),
      "If the server is stopped, start it. Then run the job again.",
    ]),
    retries: 1,
  },
  {
    code: "host-unreachable",
    when: [
      { codes: ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN"] },
      { text: /EHOSTUNREACH|ENETUNREACH/ },
    ],
    cause:
      "The runner's network has no route to this address: it is a private address, or an IPv6 address in a network without IPv6.",
    next: atPostgres(() => ["Use a runner in the server's network."]),
    retries: 1,
  },
  {
    code: "tls-wrong-host",
    when: [{ codes: ["ERR_TLS_CERT_ALTNAME_INVALID"] }, { text: /does not match certificate's altnames/ }],
    cause:
      "The certificate is for a different name, so this might not be your server. Nothing secret was sent.",
    next: atPostgres((context) => {
      const fullName = step(
        "Set `host` to the server's full name:",
        azShow(context, "fullyQualifiedDomainName"),
      );
      return isIP(context.host ?? "") > 0
        ? [
            fullName,
            "Azure's certificates do not contain IP addresses. Use the server's name, with a private endpoint too.",
          ]
        : [
            fullName,
            "Do not use an alias (CNAME) or a `privatelink` name.",
            "If you must use one, set `ssl-mode: verify-ca`, which checks everything except the name.",
          ];
    }),
  },
  {
    code: "tls-unknown-authority",
    when: [
      {
        codes: [
          "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
          "SELF_SIGNED_CERT_IN_CHAIN",
          "DEPTH_ZERO_SELF_SIGNED_CERT",
          "UNABLE_TO_GET_ISSUER_CERT",
          "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        ],
      },
      {
        text: /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|CERTIFICATE_VERIFY_FAILED/i,
      },
    ],
    cause:
      "The runner does not trust the authority of this certificate: a proxy inspects TLS, or this is not the server. Nothing secret was sent.",
    next: (context) => [
      step("See who issued the certificate:", look(context, " | openssl x509 -noout -issuer -subject")),
      isPostgres(context)
        ? "If the authority is yours, pass its certificate in `ssl-root-cert`."
        : step(
            "If the authority is yours, set this where the runner starts, or in the step's `env`:",
            "NODE_EXTRA_CA_CERTS=<path-to-pem>",
          ),
      ...(context.signIn?.type === "azure-cli" && !isPostgres(context)
        ? [step("For the Azure CLI:", "REQUESTS_CA_BUNDLE=<path-to-pem>")]
        : []),
    ],
  },
  {
    code: "tls-expired",
    when: [
      { codes: ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"] },
      { text: /certificate (has expired|is not yet valid)/ },
    ],
    cause: "The certificate is not valid today, or the runner's clock is wrong. Nothing secret was sent.",
    next: (context) => [
      step("Check the runner's clock:", "date"),
      step("Look at the certificate's dates:", look(context, " | openssl x509 -noout -dates")),
    ],
  },
  {
    code: "tls-certificate",
    when: [{ codes: ["CERT_*", "CRL_*", "INVALID_CA", "INVALID_PURPOSE", "UNABLE_TO_*", "ERROR_IN_CERT*"] }],
    cause: "The certificate is not valid. Nothing secret was sent.",
    next: (context) => [step("Look at the certificate:", look(context, ""))],
  },
]);

/** Steps for PostgreSQL; for another peer, what the runner has to reach. */
function atPostgres(next: (context: Context) => Steps): (context: Context) => Steps {
  return (context) => (isPostgres(context) ? next(context) : reachable(context));
}

/** What the runner has to reach for Entra and GitHub. */
function reachable(context: Context): Steps {
  return [
    step("Check from the runner:", `curl --head ${shell(`https://${hostOf(context)}`)}`),
    reach(context),
  ];
}

function reach(context: Context): Sentence {
  const host = context.with === "github" ? "*.actions.githubusercontent.com" : hostOf(context);
  return sentence`The runner needs HTTPS to ${code(host)}. Behind a proxy, set \`HTTPS_PROXY\`; \`NO_PROXY\` lists the hosts that bypass it.`;
}

/** The command that shows the peer's certificate. */
function look(context: Context, then: string): string {
  const port = isPostgres(context) ? `${context.port ?? 5432} -starttls postgres` : "443";
  return `openssl s_client -connect ${shell(hostOf(context))}:${port} </dev/null${then}`;
}
