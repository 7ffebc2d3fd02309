import { isIP } from "node:net";
import { run, type Steps } from "../model/failure.ts";
import { code, inOurWords, sentence } from "../model/sentence.ts";
import { azShow, shell } from "./commands.ts";
import { type Answer, type Context, EVERYWHERE, hostNameOf, hostOf, isPostgres, reasonIn, rulesFor } from "./rules.ts";
import { RUNNER } from "./runner.ts";
import { exempt, hostToAllow, LIST_NAMES, reachesAll, seeAnswer, setFullName } from "./steps.ts";

const COMPLETED =
  'If you mean a container, such as a service of the job, publish its port (`ports: ["5432:5432"]`), and set `host: localhost`, in a job without `container:`. The action adds the cloud\'s suffix to a name without a dot.';

/** What an answer of the DNS server means where it gave none before. */
const LOOKED_UP =
  "If it answers with an address, the fault may have passed. Run the job again. If it does not, correct the DNS servers of the runner, its container, its pod or its virtual network:";

/** The other side ended the handshake: https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-6 */
const ALERT = /(tls|ssl)\S{0,9} (fatal )?alert|fatal alert|error: tls:|alert number \d|unrecognized.?name/i;

/** TLS is too old or too weak on one side. */
const OUTDATED =
  /TLS version (1\.|used)|dh.key.too.small|renegotiation|unsupported.protocol|protocol.?version|handshake.?failure|could not create SSL|common algorithm|no appropriate protocol|insufficient.security|no.shared|no.suitable|bad.protocol.version|bad.(ecpoint|dh.value)|(wrong|unknown).(signature|cipher|ssl.version|curve|digest)|unsupported.(ssl.version|elliptic.curve)|inappropriate.fallback|export.restriction|missing.(sigalgs|supported.groups)|legacy.sigalg|version.too.(low|high)/i;

/** The answer of a DNS filter, which the system takes for the runner's own address. */
const HIDDEN = / (0\.0\.0\.0|::):/;

const LISTENERS = run("ss --listening --tcp --numeric --processes");

/** For a connection that the runner itself accepts. */
const LOOK_AT_TUNNEL: Steps = [
  "See what listens there, in a step of the same job (on Linux). If it is a tunnel or a proxy, read its log: its other end has to reach the server, through the server's network, firewall and DNS.",
  LISTENERS,
];

const SET_MTU =
  "If this happens only in a container, a pod or a VPN, its packets may be too large for the network. Set a smaller MTU there (in Docker, `mtu` in `daemon.json`).";

/** Node.js gives each of several addresses 250 ms: https://nodejs.org/api/net.html#netsetdefaultautoselectfamilyattempttimeoutvalue */
const MORE_TIME =
  "If the network is slow, set `NODE_OPTIONS: --network-family-autoselection-attempt-timeout=2000` in the step's `env`.";

const REFUSED =
  "A firewall in between refuses the connection, or the runner's DNS server (a DNS filter answers `0.0.0.0`) or `hosts` file leads to an address where nothing listens.";

const USE_ITS_NAME =
  "If you know that the server is yours, set `host` to a name in its certificate. Otherwise, a different server answers, which must not get the token or the password.";

const trust = (variable: string): Steps => [
  `Trust the authority of the proxy or firewall (or of GitHub Enterprise Server): set this variable, in the step's \`env\` or where a self-hosted runner starts, to a PEM file with its certificate, on the runner (in a container job, in the container).${variable === "REQUESTS_CA_BUNDLE" ? " The Azure CLI then trusts only what is in the file: append the certificate to a copy of the newest `certifi/cacert.pem`." : ""}`,
  run(`${variable}=<path-to-pem>`),
];

const TUNNEL =
  "For a tunnel, let the runner's `hosts` file lead the server's full name to this address, and set `host` to that name. Only if you cannot, and trust the network, set `ssl-mode: verify-ca`. It does not check the name: any server with a certificate of a public authority can then read the token or the password.";

/**
 * What can go wrong on the way: names, addresses, TLS. Codes: https://nodejs.org/api/errors.html#common-system-errors,
 * https://nodejs.org/api/dns.html#error-codes and https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
 */
const ON_THE_WAY = rulesFor(EVERYWHERE, {
  "host-not-found": [
    [
      "ENOTFOUND ENODATA ENONAME EBADNAME EAI_NONAME EAI_NODATA EAI_ADDRFAMILY",
      /getaddrinfo EAI_AGAIN ([\w-]+|(postgres|postgresql|pg|db|database)\.postgres\.database\..*|\S+\.(svc|local|internal|lan))$|host name "[\w-]+"/,
    ],
    (context) =>
      sentence`The runner's DNS server does not know ${code(hostNameOf(context))}. ${inOurWords(!isPostgres(context) ? "Perhaps only a proxy knows it." : OF_DOCKER.test(hostOf(context)) ? "Containers have such names." : "It is misspelt, the server was deleted, or only its own network or cluster knows it.")}`,
    (context) => (isPostgres(context) ? findName(context) : [...lookUp(context, LOOKED_UP), ...reachable(context)]),
  ],
  "dns-unavailable": [
    ["EAI_* ESERVFAIL EREFUSED", /(getaddrinfo|query[A-Z]\w*) (E|UNKNOWN)/],
    "The runner's DNS server did not answer, or refused to.",
    (context) => [...lookUp(context, LOOKED_UP), ...atPostgres(context, [])],
    { retries: 2 },
  ],
  "connection-not-allowed": [
    [/\b(connect|socket|bind|read|write) E(PERM|ACCES)\b/, { codes: "EPERM", text: /^(?!.*E(PERM|ACCES))/ }],
    "The runner's own machine forbids this connection: a local firewall, a sandbox, SELinux or a virus scanner.",
    "See what forbids it, on the runner's machine (on Linux): a `prohibit` route, a rule of the local firewall, or a denial in the kernel's log. On Windows, look in the logs of the firewall and the virus scanner:",
    run("ip route\nsudo nft list ruleset\nsudo dmesg | grep -iE 'denied|avc'"),
    "Allow the connection there. If nothing of this forbids it, the runner itself is in a sandbox (of systemd, snap or a container): run the job outside the sandbox.",
  ],
  "connection-lost": [
    // Alerts of TLS: https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-6
    [
      "08* ECONNRESET EPIPE ECONNABORTED ENETRESET ENOTCONN ECANCELED ERR_STREAM_* ERR_SOCKET_CLOSED* UND_ERR_SOCKET HPE_INVALID_EOF_STATE Z_BUF_ERROR",
      /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|server closed the connection|before secure TLS connection was established|EOF occurred in violation of protocol|unexpected.eof|SSL SYSCALL error|(closed|ended) (unexpected|premature)ly|unexpected socket close|Premature close|(^|response as text: )(aborted|terminated)$|\bEOF$|bad.record.mac|(alert|tls)\W{1,3}(record.?overflow|decompression.?failure|decode.?error|user.?cancelled|close.?notify)/i,
    ],
    (context) =>
      `The connection broke: ${isPostgres(context) ? "the server closed it, as in a restart or a failover, or something in between (a gateway, a pooler)" : "something in between (a firewall, a proxy, a gateway)"} cut it or changed its data.`,
    (context, { text }) => (isLocal(context, text) ? LOOK_AT_TUNNEL : []),
    afterRerun,
    (context) => atPostgres(context, seeState(context)),
    SET_MTU,
    { retries: 3 },
  ],
  "connection-timed-out": [
    "ETIMEDOUT EALREADY EINPROGRESS ESOCKETTIMEDOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT ABORT_ERR",
    (context, { text }) =>
      byAddress(context, text) ?? (isPostgres(context) ? silentServer(context) : silentHost(context)),
    (_context, { text }) => (!/connect E/.test(text) ? SET_MTU : /ETIMEDOUT.*connect E/.test(text) ? MORE_TIME : []),
    { retries: 1 },
  ],
  "connection-refused": [
    ["ECONNREFUSED", /EADDRNOTAVAIL (127\.|0\.0\.0\.0|::1|:::)/],
    (context, { text }) =>
      isLocal(context, text)
        ? nothingListens(context)
        : isPostgres(context) && !HIDDEN.test(text)
          ? refusedByServer(context)
          : [REFUSED, ...(HIDDEN.test(text) ? [] : reachable(context)), ...lookUp(context)],
    { retries: 1 },
  ],
  "host-unreachable": [
    "EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL EHOSTDOWN ENETDOWN ENONET EAFNOSUPPORT",
    (context, { text }) =>
      byAddress(context, text) ?? [
        "The runner's network has no route to this address: its gateway, its VPN or the network of its container is down, it has only IPv6, or a firewall rejects the packets.",
        ...(isPostgres(context) ? [] : reachable(context)),
        "See the routes of the runner, in a step of the job (on Linux). If there is no `default` line, correct the network of the machine or the container. If there is one, a firewall or a gateway on the way rejects the packets:",
        run("ip route"),
      ],
    { retries: 1 },
  ],
  "connection-failed": [
    [
      /\b(connect|socket|bind|read|write|shutdown) (E[A-Z\d]{2,}|UNKNOWN)\b(?<!E(PROTO|ACCES))|new connection: \[(Errno|WinError)|invalid header value|valid HTTP token/,
      "UND_ERR_* ERR_HTTP_* ERR_SOCKET_* ERR_INVALID_CHAR ERR_UNESCAPED_CHARACTERS",
    ],
    "The runner could not make or use the connection, for the reason in the message.",
    (_context, { text }) => (/header (content|value)/.test(text) ? "Set the secret again, without a line break." : []),
    (context, { text }) => (/\bconnect (E|UNK)/.test(text) && !isIP(hostOf(context)) ? lookUp(context) : []),
    (context) => [
      ...afterRerun(context),
      ...atPostgres(context, ["Check `host` and `port`.", ...setFullName(context)]),
    ],
    { retries: 1 },
  ],
  "tls-wrong-host": [
    [
      "ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH",
      /does not match (certificate's altnames|host ?name)|(Hostname|IP address) mismatch|hostname '.*' doesn't match|certificate is (valid for|not valid for any)|RemoteCertificateNameMismatch|no (subject alternative DNS |alternative certificate subject )?name match|by hostnameverifier|COMMON_NAME_INVALID|contain any IP SANs|legacy Common Name/i,
    ],
    (context, { text }) =>
      `The certificate does not contain the name that was asked for: ${isPostgres(context) && !ASKED_FULLY.test(text) ? "`host` is an IP address or an alias (a tunnel, a CNAME, a `privatelink` name), not the server's full name, or a different server answers" : "a different server, a proxy or the sign-in page of a network answers in its place, perhaps because the runner's `hosts` file or its DNS server leads there"}. Nothing secret was sent.`,
    (context, { text }) => {
      if (!isPostgres(context)) return [...seeWhoAnswers(context), ...lookUp(context), ...reachable(context)];
      if (ASKED_FULLY.test(text)) return [...lookUp(context), ...seeWhoAnswers(context)];
      const isForeign = /(DNS:|IP Address:|CN: )\S/.test(text) && !AZURE.test(text);
      const own = isForeign ? [...seeWhoAnswers(context), USE_ITS_NAME] : setFullName(context);
      return isLocal(context, "") ? [TUNNEL, ...own] : [...own, TUNNEL];
    },
  ],
  "tls-authorities-unreadable": [
    /CA certificate bundle|root certificate (file|paths)|certificate verify locations|BIO routines|system library|PEM lib|no certificate or crl found|PEM routines|Invalid CA file/i,
    (_context, { text }) =>
      `The file of trusted authorities ${/PEM|crl/.test(text) ? "is not in PEM format: each certificate needs both lines, `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`" : "does not exist on the runner, or cannot be read"}.`,
    (context) =>
      `Correct or remove the path in \`${authoritiesOf(context)}\`, or in another variable that has it. In a container, it is the path in the container. See the variables, in a step of the job with \`shell: bash\`:`,
    run("env | grep -E 'CA_BUNDLE|CA_CERTS|CERT_FILE'"),
    "If a file has no lines with `-----BEGIN CERTIFICATE-----`, it may be binary (DER). Convert it to PEM:",
    run("openssl x509 -inform der -in <file> -out <new-file>"),
  ],
  "tls-certificate": [
    [
      /certificate (has expired|is not yet valid|is not valid now)|(key|md|digest algorithm) too (weak|small)(?<!dh key too small)|certificate verify failed: (?!unable to get|self.signed|certificate signature)|\becc cert|certificate or alg|unknown certificate type|(asn1 encoding|curve|x509 certificate|rsa) routines/i,
      "ERR_OSSL_* ERR_CRYPTO_* CERT_CHAIN_TOO_LONG CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REJECTED CERT_REVOKED CRL_* INVALID_* PATH_LENGTH_EXCEEDED UNABLE_TO_DECODE* UNABLE_TO_DECRYPT_CRL* UNABLE_TO_GET_CRL ERROR_IN_C* ERR_TLS_CERT_* UNSPECIFIED",
    ],
    (_context, { code, text }) =>
      `The certificate, or that of its authority, ${reasonIn(`${code} ${text}`, FAULTS)}. Those of Microsoft and GitHub have no such fault: usually a proxy or firewall that inspects TLS shows its own instead. Adding it to the trusted certificates does not help. Nothing secret was sent.`,
    "See whose certificate it is, and its dates, then the settings and the clock of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context), SHOW_OPENSSL, "date -u"),
    exempt,
    "Or let the owner of the proxy or of the server renew its certificates, with RSA keys of at least 2048 bits, SHA-256 signatures and the extensions of RFC 5280.",
  ],
  "tls-unknown-authority": [
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_UNTRUSTED CERT_SIGNATURE_FAILURE UNABLE_TO_DECRYPT_CERT*",
      /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verif(y|ication).failed|signed by unknown authority|PKIX path|remote certificate (is|was) (invalid|rejected)|(certificate|authority) ((which|that) )?is not trusted|standards compliant|trust (anchors|relationship)|UNTRUSTED_ROOT|CERT_AUTHORITY_INVALID/i,
    ],
    (context, { text }) =>
      `${context.tls?.rootCertificates ? "Neither the runner nor `ssl-root-cert` has" : "The runner does not trust"} ${SELF_SIGNED.test(text) ? "this certificate, which the other side signed itself" : "the authority of this certificate"}: ${isPostgres(context) ? `${isOfAzure(context) ? "a proxy or firewall inspects TLS, or a server other than Azure's answers" : `it is not a public authority's${SELF_SIGNED.test(text) ? "" : ", or the server does not send its intermediate certificate"}`}` : `usually, ${context.with?.startsWith("github") && !/\.github(usercontent)?\.com$/.test(hostOf(context)) ? "GitHub Enterprise Server has a certificate from your own authority, or " : ""}a proxy or firewall inspects TLS and shows its own certificate`}. Nothing secret was sent.`,
    (context) => (isPostgres(context) ? [] : [...trust(authoritiesOf(context)), ...exempt(context)]),
    (context, { text }) => (isPostgres(context) && !isOfAzure(context) ? trustServer(text) : []),
    "See which certificates are sent, and who issued them (`i:`), in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -showcerts")),
    (context, { text }) => (isOfAzure(context) ? [...exempt(context), trustServer(text)] : []),
  ],
  "tls-handshake": [
    [
      "ERR_SSL_* EPROTO*",
      /error establishing an SSL connection|SSL connection could not be established|wrong version number|SSLError|SSL routines|look like a TLS handshake|HTTP response to HTTPS|handshake message|determine the frame size/,
      OUTDATED,
      ALERT,
    ],
    (context, { text }) =>
      `${reasonIn(text, HANDSHAKE)}${isPostgres(context) && /handshake.?failure|cert|unknown.?ca/i.test(text) ? POOLER_ASKS : ""}`,
    ({ proxy }, { text }) => (proxy?.startsWith("https") && !ALERT.test(text) ? WITHOUT_TLS : []),
    "See who answers, with which TLS, and what limits the TLS of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -legacy_server_connect"), SHOW_OPENSSL),
    exempt,
    (context) => atPostgres(context, ["If a service other than PostgreSQL answers, correct `host` and `port`."]),
  ],
});

/** Node.js asked for the full name of a server of Azure. */
const ASKED_FULLY = /Host: [\w-]+\.postgres\.database\./;

const POOLER_ASKS =
  " A PgBouncer asks for a client certificate if its `client_tls_sslmode` is `verify-ca` or `verify-full`. Set it to `require` there.";

const WITHOUT_TLS = "Let the address in `HTTPS_PROXY` begin with `http://`, unless the proxy itself speaks TLS.";

const HANDSHAKE: Readonly<Record<string, RegExp>> = {
  "One side's TLS is too old or too weak for the other (below TLS 1.2, no cipher in common, a weak Diffie-Hellman key, or renegotiation without RFC 5746): usually an old proxy or firewall inspects TLS. `OPENSSL_CONF` or `NODE_OPTIONS` can switch off the newer versions on the runner.":
    OUTDATED,
  "The other side expects a client certificate, which this action does not send, and Azure does not expect: a different server answers, or something in between.":
    /(alert|error: tls)\b.*(cert|unknown.?ca|decrypt.?error)/i,
  "The other side ended the TLS handshake: it does not serve this name, or has a fault. Or a firewall or proxy that inspects TLS does not allow this host.":
    ALERT,
  "The two sides cannot agree on TLS: a different service listens on this port, which may not speak TLS at all, or a proxy or firewall is in between.":
    /^/,
};

const SELF_SIGNED = /self.signed certificate(?!.*chain)/i;

const SHOW_OPENSSL = "env | grep -E 'OPENSSL|NODE_OPTIONS'";

const FAULTS: Readonly<Record<string, RegExp>> = {
  "has expired or is not valid yet, or the runner's clock is wrong": /expired|valid (yet|now)|yet.valid/i,
  "has a weak key or signature, or OpenSSL on this machine is set to a high security level": /weak|small/i,
  "was revoked, or the list of revoked certificates (CRL) cannot be read": /revoked|CRL/,
  "breaks the rules for certificates (malformed, without `serverAuth`, or of no authority)": /./,
};

/** An answer of PostgreSQL's gateway, or of the resource manager. */
export const PRIVATE = rulesFor(["postgres", "azure"], {
  "server-is-private": [
    /^(?!.*disallowed by policy).*(public network (access|interface).{0,30}(disabled|denied|not enabled)|n['o]t have public access|VNet.(injected|integrated)|deny public network access|private access enabled server|firewall rules?\b.{0,80}(private (network )?access|VNet|virtual network)|in an? (VNet|virtual network)\b.{0,40}firewall rule|Client from Azure Virtual Networks)/i,
    "The server's public access is disabled, or the server or the runner is in a virtual network. A firewall rule has no effect there.",
    "Run the job in the server's network (`docs/private-network.md` shows three ways). If it runs there already, link the server's private DNS zone to that network, so that the name leads to the private address. If the server is not in a virtual network, its owner can also enable public access.",
    (context) => (isPostgres(context) ? lookUp(context) : []),
  ],
});

/** All of these, before them those of the runner itself. */
export const NETWORK = [...RUNNER, ...ON_THE_WAY];

/** How addresses begin that exist in many networks: https://www.iana.org/assignments/iana-ipv4-special-registry */
export const PRIVATE_RANGE = String.raw`(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cde][\da-f]{2}:)`;
const PRIVATE_ADDRESS = new RegExp(String.raw`(?<!Local )[ (](?!\S*->)${PRIVATE_RANGE}`, "i");

const IPV6_ONLY = /^(?!.* \d+\.\d+\.\d+\.\d+:\d).*[ ([][0-9a-f]{1,4}:(:|([0-9a-f]{0,4}:){2})/i;

/** The answer if the address itself shows why nothing came of the connection. */
function byAddress(context: Context, text: string): Answer | undefined {
  if (isLocal(context, text))
    return ["The machine or the container of the job itself does not answer at this address.", ...LOOK_AT_TUNNEL];
  if (isPostgres(context) && PRIVATE_ADDRESS.test(` ${context.host} ${text}`))
    return [
      "The server's address is private: only its own network leads there, and networks that are connected to it (peering, VPN, ExpressRoute).",
      "Use a runner in the server's network (`docs/private-network.md` shows three ways). If it is in one already, see whether the server runs, and in which network an Azure server is:",
      azShow(context, "{state:state, subnet:network.delegatedSubnetResourceId, endpoints:privateEndpointConnections}"),
      `Then look at the effective routes and the effective security rules of the runner's network interface, in the Azure portal: it needs a route to this address, and outbound TCP to port ${context.port ?? 5432}.`,
    ];
  if (!IPV6_ONLY.test(text)) return undefined;
  return [
    "The address is an IPv6 address, and the runner's network has no way to it. GitHub's own runners have no IPv6.",
    ...lookUp(context),
    "If the name also has an IPv4 address, set `NODE_OPTIONS: --dns-result-order=ipv4first` in the step's `env`. If that variable has `--no-network-family-autoselection`, remove that. If the name has no IPv4 address, use a name that has one, correct the runner's DNS server, or use a runner in a network with IPv6.",
  ];
}

const CHECK_NAME =
  "Check the spelling of `host`. If it is right, run the job in the network or the cluster of the server, or let the runner ask a DNS server that knows the name.";

/** Steps to the right name of a server that the DNS server does not know. */
function findName(context: Context): Steps {
  if (OF_DOCKER.test(hostOf(context))) return [COMPLETED];
  if (!/azure|cloudapi/i.test(hostOf(context))) return [CHECK_NAME];
  return [
    "See the full names of the subscription's servers. If `host` is not among them, correct it. If it is, the server is in a virtual network (private access): use a runner in that network (`docs/private-network.md`), and link the server's private DNS zone to this network:",
    LIST_NAMES,
    COMPLETED,
  ];
}

/** The answer if PostgreSQL does not answer in time. */
const silentServer = (context: Context): Answer =>
  isOfAzure(context)
    ? [
        `No answer came in time: the server's firewall does not allow the runner, ${context.onGitHub ? "" : "the runner's network blocks the way, "}public access is off, or the server is stopped or overloaded.`,
        ...portOfAzure(context),
        "See the server's state and network. If the state is `Stopped`, start the server. If public access is `Disabled`, use a runner in its network, in which the name leads to a private address (`docs/private-network.md`):",
        azShow(context, "{state:state, tier:sku.tier, publicAccess:network.publicNetworkAccess}"),
        `If public access is \`Enabled\`, add the action in \`firewall/\` of this repository before this step (\`docs/firewall.md\`).${context.onGitHub ? "" : ` The runner's network must allow outbound TCP to port ${context.port ?? 5432} (PostgreSQL uses no HTTP proxy).`}`,
      ]
    : [
        "No answer came in time: a firewall drops the packets, this is another or an old address, or the server is stopped or overloaded.",
        ...lookUp(context),
        `Check that the server runs at this address, and that the firewalls on the way let the runner${context.onGitHub ? " (whose address changes)" : ""} through to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`,
        ...(isIP(hostOf(context)) ? [] : setFullName()),
      ];

/** The answer if nothing listens on the port of the server. */
const refusedByServer = (context: Context): Answer => [
  "The host exists, but nothing listens on this port: the server is restarting or stopped, the port is wrong, this is an old address, or a firewall rejects the connection.",
  ...portOfAzure(context),
  ...seeState(context),
  ...lookUp(context),
];

/** The answer if another service does not answer in time. */
const silentHost = (context: Context): Answer => [
  `No answer came in time: ${reachesAll(context) ? "the network has a fault, or " : `a firewall drops the packets, ${context.proxy ? "the proxy does not answer" : "the runner needs a proxy"}, or `}the service is overloaded.`,
  ...(reachesAll(context) ? [] : seeAnswer(context)),
  `${reachesAll(context) ? "" : "If it answers, the fault may have passed: run the job again. "}If other machines get no answer, either, look for an outage: https://${context.with?.startsWith("github") ? "www.githubstatus.com" : "azure.status.microsoft"}`,
  ...reachable(context),
];

/** The answer if nothing listens on a port of the runner's own machine. */
const nothingListens = (context: Context): Answer => [
  sentence`${code(hostOf(context))} is the machine or the container of the job itself, or leads there (by the \`hosts\` file, for example). Nothing listens on port ${context.port ?? 5432} there.`,
  "Start the tunnel or the container that leads to the server earlier in the same job, and set `host: 127.0.0.1` and `port` to the port that it listens on (of a container, the published one). In a job with `container:`, `127.0.0.1` is this container: start the tunnel in its steps, remove `container:`, or let a tunnel on the machine listen on Docker's address, too (`172.17.0.1`, which is then `host`). See what listens, in a step of the job (on Linux):",
  LISTENERS,
  ...setFullName(),
];

/** The certificate of a server of one's own. */
const trustServer = (text: string): string =>
  `If the server is yours, set \`ssl-root-cert\` to ${SELF_SIGNED.test(text) ? "this certificate" : "its authority's newest certificate, with the intermediate ones. If the authority is a well-known one, let the owner of the server install the intermediate certificate, too"}.`;

/** Whether the server runs. */
const seeState = (context: Context): Steps =>
  isOfAzure(context)
    ? ["See the state of the server. If it is `Stopped`, start the server:", azShow(context, "state")]
    : ["On the server, see whether PostgreSQL runs, where it listens, and what its log says about this time."];

const AZURE = /\.postgres\.database\./;

/** Whether PostgreSQL is asked for by a name of Azure. */
const isOfAzure = (context: Context): boolean => isPostgres(context) && AZURE.test(hostOf(context));

const LOCAL = /^(0\.0\.0\.0|::) |(^|[\s"[(])(127\.|172\.17\.0\.1\b|::1\b|localhost\b|host\.docker\.internal)/;

/** Whether the address of PostgreSQL is the runner's own, or that of its machine for a container. */
export function isLocal(context: Context, text: string): boolean {
  return isPostgres(context) && LOCAL.test(`${context.host} ${text}`);
}

/** Where the authorities are set that this connection trusts: the Azure CLI is Python. */
function authoritiesOf(context: Context): string {
  if (isPostgres(context) && (!context.tls || context.tls.rootCertificates)) return "ssl-root-cert";
  if (context.with === "entra" && context.signIn?.type === "azure-cli") return "REQUESTS_CA_BUNDLE";
  return "NODE_EXTRA_CA_CERTS";
}

/** Steps for PostgreSQL; for another peer, what the runner has to reach. */
const atPostgres = (context: Context, steps: Steps): Steps => (isPostgres(context) ? steps : reachable(context));

/** What the runner has to reach for Entra, Azure and GitHub. */
export function reachable(context: Context): Steps {
  const [host, { proxy }] = [hostToAllow(context), context];
  if (proxy) return [sentence`The proxy ${code(proxy)} must allow HTTPS to ${host}, or \`NO_PROXY\` list it.`];
  if (reachesAll(context)) return [];
  const set = sentence`The runner needs HTTPS to ${host}. If only a proxy leads there, set it in the step's \`env\`; \`NO_PROXY\` lists the hosts that bypass it:`;
  return [set, run("HTTPS_PROXY=http://<proxy>:<port>")];
}

/** The servers of Azure listen on two ports. */
const portOfAzure = (context: Context): Steps =>
  ![5432, 6432].includes(context.port ?? 5432) && isOfAzure(context) ? ["Set `port: 5432`, Azure's port."] : [];

function lookUp(context: Context, means = "If it is wrong, correct the DNS record or the `hosts` file:"): Steps {
  const host = hostNameOf(context);
  if (isIP(host)) return isPostgres(context) && !isLocal(context, "") ? setFullName() : [];
  return [`See what the DNS server answers, in a step of the same job. ${means}`, run(`nslookup ${shell(host)}`)];
}

/** Usual names of containers, which no server of Azure has, and that of Docker's host. */
const OF_DOCKER = /^(host\.docker|(postgres|postgresql|pg|db|database)\.postgres\.database)\./;

/** The command that shows whether the host can be reached, and who answers there. */
const seeWhoAnswers = (context: Context): Steps => [
  "See who answers, in a step of the job with `shell: bash`. If the issuer of the certificate is not a public authority, a proxy, a firewall or another server answers. If there is no certificate, the connection is cut on the way or by the server:",
  run(look(context)),
];

/** The command that shows what of the peer can be reached. */
export const seePeer = (context: Context): Steps => (isPostgres(context) ? seeWhoAnswers : seeAnswer)(context);

/** The same step where the error may have passed. */
function afterRerun(context: Context): Steps {
  const [first, ...next] = seePeer(context);
  return [`Run the job again. If the error persists, ${String(first).replace("See", "see")}`, ...next];
}

/** The command that shows the peer's certificate. */
function look(context: Context, options = ""): string {
  const [host, by] = [hostOf(context), shell(context.proxy ?? "")];
  // Not even openssl speaks TLS to a proxy. curl shows both certificates, but an untrusted one only if it need not trust it.
  if (by.includes("https://")) return `curl -kIv --proxy-insecure -x ${by} ${shell(`https://${host}`)} -m 20`;
  const port = isPostgres(context) ? `:${context.port ?? 5432} -starttls postgres` : /:\d+$/.test(host) ? "" : ":443";
  const proxy = context.proxy ? ` -proxy ${by}` : "";
  return `openssl s_client${options} -connect ${shell(isIP(host) === 6 ? `[${host}]` : host)}${port}${proxy} </dev/null`;
}
