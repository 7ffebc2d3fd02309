import { isIP } from "node:net";
import { azServer, azShow, code, hostAndPort } from "./commands.ts";
import type { Context, Rule } from "./rules.ts";

const EVERYWHERE = ["postgres", "entra", "github"] as const;

/**
 * What can go wrong on the way: names, addresses, TLS. Codes: https://nodejs.org/api/errors.html#common-system-errors
 * and https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
 */
export const NETWORK: readonly Rule[] = [
  {
    code: "host-not-found",
    with: EVERYWHERE,
    texts: ["getaddrinfo ENOTFOUND my-server.postgres.database.azure.com"],
    when: [{ code: /^ENOTFOUND$/ }, { text: /getaddrinfo ENOTFOUND/ }],
    cause: "There is no such host for this runner.",
    next: (context) =>
      isPostgres(context)
        ? `Check \`host\` and \`environment\`: ${azShow(context, "fullyQualifiedDomainName")}. A server in a virtual network has its name only in there: use a runner in it, with the private DNS zone linked.`
        : AUTHORITY,
  },
  {
    code: "dns-unavailable",
    with: EVERYWHERE,
    texts: ["getaddrinfo EAI_AGAIN my-server.postgres.database.azure.com"],
    when: [{ code: /^EAI_AGAIN$/ }, { text: /getaddrinfo EAI_AGAIN/ }],
    cause: "The runner's name server did not answer.",
    next: (context) =>
      `On a self-hosted runner, check its DNS: ${code(`nslookup ${isPostgres(context) ? (context.host ?? "<host>") : authority(context)}`)}. Else run the job again.`,
    retries: 2,
  },
  {
    code: "connection-timed-out",
    with: EVERYWHERE,
    texts: ["timeout expired", "connect ETIMEDOUT 203.0.113.7:5432"],
    when: [
      { code: /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/ },
      { text: /timeout expired|ETIMEDOUT/ },
    ],
    cause:
      "Nothing answered: a firewall drops the packets, the server is stopped or has no public access, or a proxy is needed.",
    next: (context) =>
      isPostgres(context)
        ? `Look: ${azShow(context, "{state:state, publicAccess:network.publicNetworkAccess}")}. Disabled: use a runner in the server's network. Enabled: ${allowRunner(context)}. PostgreSQL goes through no HTTP proxy: port ${context.port ?? 5432} has to be open outbound.`
        : AUTHORITY,
    retries: 2,
  },
  {
    code: "connection-refused",
    with: EVERYWHERE,
    texts: ["connect ECONNREFUSED 203.0.113.7:5432"],
    when: [{ code: /^ECONNREFUSED$/ }, { text: /ECONNREFUSED/ }],
    cause:
      "The host is there, but nothing listens on this port: the server restarts or is stopped, or the port is wrong.",
    next: (context) =>
      isPostgres(context)
        ? `Is it running? ${azShow(context, "state")}. Port 6432 needs the built-in PgBouncer: ${azServer("parameter show", context, { name: "pgbouncer.enabled", query: "value" })}.`
        : AUTHORITY,
    retries: 2,
  },
  {
    code: "host-unreachable",
    with: EVERYWHERE,
    texts: ["connect EHOSTUNREACH 203.0.113.7:5432", "connect ENETUNREACH 2001:db8::7:5432"],
    when: [{ code: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/ }],
    cause: "The runner's network has no way to this address: it is private, or IPv6 where there is none.",
    next: (context) => (isPostgres(context) ? "Use a runner in the server's network." : AUTHORITY),
    retries: 1,
  },
  {
    code: "tls-wrong-host",
    with: EVERYWHERE,
    texts: [
      "Hostname/IP does not match certificate's altnames: Host: 10.0.0.4. is not in the cert's altnames: DNS:my-server.postgres.database.azure.com",
    ],
    when: [{ code: /^ERR_TLS_CERT_ALTNAME_INVALID$/ }, { text: /does not match certificate's altnames/ }],
    cause: "The certificate is for another name, so this may not be the server; nothing secret was sent.",
    next: (context) => {
      if (!isPostgres(context)) return AUTHORITY;
      return isIP(context.host ?? "") > 0
        ? "An address is in no certificate of Azure: set `host` to the server's full name, also with a private endpoint."
        : `Set \`host\` to the name in the certificate (${azShow(context, "fullyQualifiedDomainName")}), not to an alias or a privatelink name. Where that cannot be, \`ssl-mode: verify-ca\` checks all but the name.`;
    },
  },
  {
    code: "tls-unknown-authority",
    with: EVERYWHERE,
    texts: [
      "unable to verify the first certificate",
      "self-signed certificate in certificate chain",
      "self-signed certificate",
      "unable to get local issuer certificate",
      "unable to get issuer certificate",
    ],
    when: [
      {
        code: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/,
      },
      {
        text: /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate/i,
      },
    ],
    cause:
      "The certificate comes from an authority that this runner does not trust: a network that looks into TLS, or not the server at all; nothing secret was sent.",
    next: (context) =>
      isPostgres(context)
        ? "If the authority is yours, give its certificate in `ssl-root-cert`, or in NODE_EXTRA_CA_CERTS on the runner."
        : "If the authority is yours, give the path of its certificate in NODE_EXTRA_CA_CERTS, set where the runner starts or in the `env` of this step.",
  },
  {
    code: "tls-expired",
    with: EVERYWHERE,
    texts: ["certificate has expired", "certificate is not yet valid"],
    when: [
      { code: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/ },
      { text: /certificate (has expired|is not yet valid)/ },
    ],
    cause: "The certificate is not valid today, or the runner's clock is wrong; nothing secret was sent.",
    next: (context) =>
      `Check the clock (\`date\`), then the certificate: ${look(context, " | openssl x509 -noout -dates")}.`,
  },
  {
    code: "tls-certificate",
    with: EVERYWHERE,
    texts: ["certificate revoked", "invalid CA certificate"],
    when: [{ code: /^(CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|UNABLE_TO_|ERROR_IN_CERT)/ }],
    cause: "The certificate does not hold; nothing secret was sent.",
    next: (context) => `Look at it: ${look(context, "")}.`,
  },
  {
    code: "tls-not-offered",
    with: ["postgres"],
    texts: ["The server does not support SSL connections"],
    when: [{ text: /does not support SSL connections/ }],
    cause:
      "What answers there speaks no TLS, so nothing secret was sent. Every Azure server does: this is another one, or a proxy.",
    next: () =>
      "Check `host` and `port`. Only a server on this machine itself may be used without, by a password: `ssl-mode: disable`.",
  },
  {
    code: "tls-handshake",
    with: EVERYWHERE,
    texts: [
      "There was an error establishing an SSL connection",
      "Client network socket disconnected before secure TLS connection was established",
    ],
    when: [
      { code: /^(ERR_SSL_|EPROTO)/ },
      { text: /error establishing an SSL connection|before secure TLS connection was established/ },
    ],
    cause:
      "What answers there cannot agree on TLS: another service on this port, a proxy, or a server without TLS 1.2.",
    next: (context) => `Look at it: ${look(context, "")}.`,
    retries: 1,
  },
  {
    code: "connection-lost",
    with: EVERYWHERE,
    texts: [
      "Connection terminated unexpectedly",
      "Client has encountered a connection error and is not queryable",
      "read ECONNRESET",
      "write EPIPE",
      "socket hang up",
    ],
    when: [
      { code: /^(ECONNRESET|EPIPE|ECONNABORTED)$/ },
      { text: /Connection terminated|is not queryable|ECONNRESET|EPIPE|socket hang up/ },
    ],
    cause: "The other side closed the connection: it restarts or fails over, or something between cuts it.",
    next: (context) =>
      isPostgres(context)
        ? `Run the job again: what was granted stays granted. Is it running? ${azShow(context, "state")}.`
        : AUTHORITY,
    retries: 4,
  },
];

const AUTHORITY =
  "The runner needs HTTPS to login.microsoftonline.com (or `environment`'s, or AZURE_AUTHORITY_HOST) and *.actions.githubusercontent.com; HTTPS_PROXY and NO_PROXY are honoured.";

function isPostgres(context: Context): boolean {
  return (context.with ?? "postgres") === "postgres";
}

function allowRunner(context: Context): string {
  return azServer("firewall-rule create", context, {
    name: "github-runner",
    "start-ip-address": "<address>",
    "end-ip-address": "<address>",
  });
}

/** The command that shows what is at the other end. */
function look(context: Context, then: string): string {
  const there = isPostgres(context)
    ? `${hostAndPort(context)} -starttls postgres`
    : `${authority(context)}:443`;
  return code(`openssl s_client -connect ${there} </dev/null${then}`);
}

function authority({ cloud }: Context): string {
  return new URL(cloud?.authority ?? "https://login.microsoftonline.com").host;
}
