import { isIP } from "node:net";
import { type Steps, step } from "../model/failure.ts";
import { code, type Sentence, sentence } from "../model/sentence.ts";
import { azAllow, azShow, shell } from "./commands.ts";
import { PROXY } from "./proxy.ts";
import { byText, type Context, hostOf, isPostgres, rulesFor } from "./rules.ts";

const EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"] as const;

/**
 * What can go wrong on the way: names, addresses, TLS. Codes: https://nodejs.org/api/errors.html#common-system-errors
 * and https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
 */
const ON_THE_WAY = rulesFor(EVERYWHERE, [
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
    code: "too-many-files",
    when: [{ codes: ["EMFILE", "ENFILE"] }, { text: /\bE[MN]FILE\b|Too many open files/ }],
    cause: "The runner's process, or the whole machine, cannot open more files and sockets.",
    next: [
      step(
        "On a self-hosted runner, look at the limit, and raise it (`LimitNOFILE` of its service):",
        "ulimit -n",
      ),
      "Run fewer jobs at the same time on this machine. Then run the job again.",
    ],
    retries: 1,
  },
  {
    code: "connection-not-allowed",
    when: [{ text: /\b(connect|socket|bind) E(PERM|ACCES)\b|Operation not permitted/ }],
    cause:
      "The runner's own machine does not allow this connection: a sandbox, a local firewall, SELinux or a virus scanner.",
    next: (context) => [
      sentence`Allow the runner's user to connect to ${code(`${hostOf(context)}:${isPostgres(context) ? (context.port ?? 5432) : 443}`)} in the machine's firewall.`,
      "Or run the job outside the sandbox or container.",
    ],
  },
  {
    code: "connection-lost",
    when: [
      { codes: ["ECONNRESET", "EPIPE", "ECONNABORTED"] },
      {
        text: /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|ECONNRESET|EPIPE|socket hang up|server closed the connection|other side closed|before secure TLS connection was established|EOF occurred in violation of protocol/,
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
      {
        codes: ["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ERR_SOCKET_CONNECTION_TIMEOUT"],
      },
      {
        text: /timeout expired|ETIMEDOUT|Connection timed out|due to connection timeout|Connect Timeout Error/,
      },
    ],
    cause: (context) =>
      isPostgres(context)
        ? "Nothing answered: a firewall drops the packets, public access is off, or the server is stopped."
        : context.proxy === undefined
          ? "Nothing answered: a firewall drops the packets, or the runner needs a proxy."
          : "Nothing answered: neither this host nor the proxy in `HTTPS_PROXY`, or a firewall drops the packets.",
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
    cause: (context) =>
      isPostgres(context)
        ? "The host exists, but nothing listens on this port: the server is restarting or stopped, or the port is wrong."
        : "Nothing listens at this address, or a firewall in between refuses the connection.",
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
      { text: /EHOSTUNREACH|ENETUNREACH|No route to host|Network is unreachable/ },
    ],
    ...byText(
      {
        text: /E(HOST|NET)UNREACH [0-9a-f]*:[0-9a-f]*:/i,
        cause:
          "The address is an IPv6 address, and the runner's network has no IPv6, as GitHub's own has none.",
        next: (context) => [
          step("See whether the name has an IPv4 address:", `nslookup ${shell(hostOf(context))}`),
          "If it has none, set `host` to a name that has one, or use a runner in a network with IPv6.",
        ],
      },
      {
        cause:
          "The runner's network has no route to this address: it is a private address, or the network has only IPv6.",
        next: atPostgres(() => ["Use a runner in the server's network."]),
      },
    ),
  },
  {
    code: "tls-wrong-host",
    when: [
      { codes: ["ERR_TLS_CERT_ALTNAME_INVALID"] },
      { text: /does not match certificate's altnames|Hostname mismatch|hostname '.*' doesn't match/ },
    ],
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
        text: /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verify.failed(?!.*too weak)/i,
      },
    ],
    cause:
      "The runner does not trust the authority of this certificate: a proxy inspects TLS, or this is not the server. Nothing secret was sent.",
    next: (context) => [
      step("See who issued the certificate:", look(context, " | openssl x509 -noout -issuer -subject")),
      isPostgres(context)
        ? context.ownAuthority
          ? "`ssl-root-cert` is in use, and does not contain this authority. Set it to the authority's certificate, or omit it for an Azure server."
          : "If the authority is yours, pass its certificate in `ssl-root-cert`."
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
    code: "tls-certificate",
    when: [
      { text: /(key|md|digest algorithm) too (weak|small)(?<!dh key too small)/i },
      { codes: ["CERT_*", "CRL_*", "INVALID_CA", "INVALID_PURPOSE", "UNABLE_TO_*", "ERROR_IN_CERT*"] },
    ],
    ...byText(
      {
        text: /too (weak|small)/i,
        cause:
          "The key or the signature of the certificate, or of its authority, is too weak. Trusting it in addition does not help. Nothing secret was sent.",
        next: (context) => [
          "Replace the certificate with one that has an RSA key of at least 2048 bits and a SHA-256 signature. If a proxy inspects TLS, the certificate is the proxy's.",
          step("Look at the certificate:", look(context, " | openssl x509 -noout -text")),
        ],
      },
      {
        cause: "The certificate is not valid. Nothing secret was sent.",
        next: (context) => [step("Look at the certificate:", look(context, ""))],
      },
    ),
  },
  {
    code: "tls-handshake",
    when: [
      { codes: ["ERR_SSL_*", "EPROTO*"] },
      { text: /error establishing an SSL connection|EPROTO|wrong version number|SSLError|SSL routines/ },
    ],
    ...byText(
      {
        text: /alert (access denied|unrecognized name)|number (49|112)\b|UNRECOGNIZED_NAME|ACCESS_DENIED/i,
        cause:
          "A firewall or proxy that inspects TLS does not allow this host, or nothing has this name there.",
        next: (context) => [
          sentence`Allow ${code(hostOf(context))} in the firewall or proxy of the runner's network.`,
          step("See what answers on the port:", look(context, "")),
        ],
      },
      {
        text: /alert (unknown ca|bad certificate|no certificate|unsupported certificate|certificate|decrypt error)|certificate required|number (4[1-68]|51|116)\b|ALERT_(UNKNOWN_CA|BAD_CERT|CERT)/i,
        cause:
          "The other side expects a client certificate, or does not trust the runner's. Azure's servers ask for none, so this is a different server, or something is in between.",
        next: (context) => [
          isPostgres(context)
            ? "Check `host` and `port`."
            : sentence`Let the runner reach ${code(hostOf(context))} without the gateway or proxy that asks for a client certificate.`,
          step("See what answers on the port:", look(context, "")),
        ],
      },
      {
        text: /too (small|weak)|renegotiation|unsupported.protocol|protocol.version|handshake.failure|insufficient.security|no.shared|no.protocols|bad.ecpoint|wrong.signature|internal.error/i,
        cause:
          "The other side's TLS is too old or too weak for the runner: an old version (below TLS 1.2), a weak key (Diffie-Hellman of 1024 bits, for example) or renegotiation without RFC 5746. A proxy that inspects TLS is a frequent reason.",
        next: (context) => [
          step("See who answers, and with which TLS:", look(context, "")),
          isPostgres(context)
            ? "If it is not an Azure server, let its administrator enable TLS 1.2 or newer with strong keys."
            : step("If it is a proxy, have it updated, or bypass it:", `NO_PROXY=${shell(hostOf(context))}`),
        ],
      },
      {
        cause:
          "The two sides cannot agree on TLS: what answers may not speak TLS at all, because a different service listens on this port, or a proxy is in between.",
        next: (context) => [
          ...(context.proxy === undefined
            ? []
            : [
                sentence`Check that \`HTTPS_PROXY\` begins with \`http://\`, as for most proxies, and leads to an HTTP proxy: ${code(context.proxy)}.`,
              ]),
          step("See what answers on the port:", look(context, "")),
        ],
      },
    ),
  },
]);

/** All of these, before them those that happen at a proxy. */
export const NETWORK = [...PROXY, ...ON_THE_WAY];

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
  if (context.proxy !== undefined) {
    return sentence`The proxy ${code(context.proxy)} must allow HTTPS to ${code(host)}, or \`NO_PROXY\` list it.`;
  }
  return sentence`The runner needs HTTPS to ${code(host)}. Behind a proxy, set \`HTTPS_PROXY\`; \`NO_PROXY\` lists the hosts that bypass it.`;
}

/** The command that shows the peer's certificate. */
function look(context: Context, then: string): string {
  const port = isPostgres(context) ? `${context.port ?? 5432} -starttls postgres` : "443";
  return `openssl s_client -connect ${shell(hostOf(context))}:${port} </dev/null${then}`;
}
