import { isIP } from "node:net";
import { GUID } from "../model/entra-label.ts";
import { run, type Steps } from "../model/failure.ts";
import { code, EMPTY, listOf, name, sentence } from "../model/sentence.ts";
import { isLoopback } from "../text/host.ts";
import { aboutNames } from "../text/near.ts";
import { quoteLiteral } from "../text/sql.ts";
import { claim } from "./claims.ts";
import { az, azAllow, azOnServer, azServer, azShow, identifier, shell } from "./commands.ts";
import { clientOf } from "./entra.ts";
import { byItsWords, withoutNames } from "./meanings.ts";
import { PRIVATE_RANGE } from "./network.ts";
import { type Answer, type Context, reasonIn, rulesFor } from "./rules.ts";
import { CHECK_CLOCK, pastPooler, selectCloud, setFullName, tenantIn } from "./steps.ts";
import type { Symptom } from "./symptoms.ts";

const listAdmins = (context: Context) =>
  azOnServer("microsoft-entra-admin list", context, { query: "[].{user:principalName, oid:objectId}" });

const APPLICATION = { "display-name": "<name>", type: "ServicePrincipal" };

const PARAMETER = /(?:parameter|increase|exceeds) "?([\w.]*\w)/;

/** Sets the parameter that the message names. */
const setParameter = (context: Context, { text }: Symptom) =>
  azOnServer("parameter set", context, { name: text.match(PARAMETER)?.[1] ?? "<parameter>", value: "<value>" });

const objectId = ({ token }: Context) => claim(token, "oid") ?? "<object-id>";

/** https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users */
const label = ({ token }: Context) =>
  quoteLiteral(`aadauth,oid=${objectId({ token })},type=${claim(token, "idtyp") === "user" ? "user" : "service"}`);

const REACH_ENTRA = "If the server is in a virtual network, let it reach the service tag `AzureActiveDirectory`.";

const afterRestart = (context: Context) => [
  "Run the job again when the server is `Ready`, or accepts connections:",
  context.host && !/\.postgres\.database\./.test(context.host)
    ? run(`pg_isready --host ${shell(context.host)} --port ${context.port ?? 5432}`)
    : azShow(context, "{state:state, role:replicationRole}"),
];

const growStorage = (context: Context, { code }: Symptom) => [
  `${code.startsWith("25") ? "If `source` is `configuration file`, enlarge the storage, which is nearly full" : "Enlarge the storage"} (on Azure in GiB; it cannot be shrunk later), and run the job again:`,
  azServer("update", context, { "storage-size": "<gib>", "storage-auto-grow": "Enabled" }),
];

const TO_PRIMARY =
  "set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` also works on a replica.";

const IN_RECOVERY = /recovery|standby/i;

/** Words that every read-only session gets. */
const readOnly = (context: Context, symptom: Symptom): Answer => [
  "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
  "See which it is, with psql as `user`:",
  run("SELECT pg_is_in_recovery(), source FROM pg_settings WHERE name = 'default_transaction_read_only';"),
  `If \`pg_is_in_recovery\` is \`t\`, ${TO_PRIMARY}`,
  ...growStorage(context, symptom),
  "If `source` is `user`, `database` or `database user`, reset the setting of the role or the database:",
  run(
    'SET default_transaction_read_only = off; ALTER ROLE "<user>" RESET default_transaction_read_only; -- or ALTER DATABASE "<database>" RESET …',
  ),
];

const raiseLimit = (context: Context): Steps => [
  "Or raise the server's limit. The new one takes effect after a restart, and a larger compute size has memory for more:",
  azOnServer("parameter set", context, { name: "max_connections", value: "<number>" }),
];

const letLogIn = (text: string) => run(`ALTER ROLE ${identifier(roleIn(text), "<role>")} LOGIN;`);

const LIST_PRINCIPALS = run("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);");

const LIST_ROLES: Steps = [
  "Look up the role's name. If the role of an Entra identity is not there, create it with the action in `principal/`:",
  run("SELECT rolname FROM pg_roles ORDER BY rolname;"),
];

/** The words before a name in quotes, which can contain any word. */
const ABOUT_TOKEN = { codes: "28000 28P01", text: /^[^"«»„]*\b(tokens?|claims?|JWT|AAD_AUTH_\w+)\b/i };

/** What PgBouncer, Supavisor, Odyssey, PgCat, PgDog, Pgpool-II and RDS Proxy mean by these words, the special ones first. */
const POOLER_REASONS: Readonly<Record<string, RegExp>> = {
  "It accepts no password as long as this token. The token of an application is shorter than that of a user.":
    /password too|too large|partial pkt/,
  "It does not accept this parameter at the start of a session (`ignore_startup_parameters`).":
    /startup parameter|command-line option|support the option/,
  "Its pool mode shares connections. `pool_mode = session` does not.":
    /prepared|cached plan|transaction|portal|bind message|pooling|frontend message/,
  "It asks for a client certificate, which this action does not send.": /certificate(?! verify)/,
  "PostgreSQL itself refuses it, for the reason in the message. PgBouncer repeats that for a time (`server_login_retry`).":
    /cached error: (?!.*(password|SASL|auth|not exist|hba))/i,
  "It, or the server behind it, does not allow this user, database or address.":
    /hba|host based|no authentication method|blocked|banned|allow_list|login rejected|permission/i,
  "Its configuration has no such database, or not for this user.": / route |pool config|No pool|database(?! c)/,
  "It, or the server behind it, has no such user.": /no such user|incorrect user|\brole\b|not contain an entry/i,
  "It, or the server, expects a different password, or cannot check a token.": /password|SASL|SCRAM|md5|auth[e ]/i,
  "Its log says more: usually its databases, users or pool mode do not fit, or its servers differ.": /^/,
};

const poolerRefused = (_context: Context, { text }: Symptom) =>
  `A connection pooler is the cause, not PostgreSQL itself. ${reasonIn(withoutNames(text), POOLER_REASONS)}`;

/** Why the server refuses a sign-in whatever the password is. */
const SIGN_IN_REASONS: Readonly<Record<string, RegExp>> = {
  "The server, or a pooler in between, asks for a client certificate, which this action does not send. A flexible server of Azure asks for none, so `host` leads to a different one.":
    /client certificate|^certificate/,
  "The server, or a pooler in between, asks for another way to sign in (peer or ident), or checks passwords by LDAP, PAM or RADIUS, which do not know the user or the password. A flexible server of Azure uses only passwords and Entra tokens.":
    /\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI|SSPI|BSD|OAuth)\b|authenticated user name/i,
};

const refused = byItsWords("The server refuses this sign-in", "an entry of its `pg_hba.conf`, not Azure's firewall");

/** "Schema" before or after a name, in each language of the server. */
const SCHEMA = /\b(sch[eé]mas?|schematu?|esquema|skema) |(スキーマ|схем[аеиы]|模式) |სქემა|şemasın|스키마\(/i;

const LIMITS: Steps = [
  "Run the job again when the server is less busy. If the error persists, see in psql what the server does while the job runs, and where a limit is set (`source`) that is not this action's own:",
  run("SELECT query FROM pg_stat_activity;\nSELECT name, setting, source FROM pg_settings WHERE name ~ 'timeout';"),
  "Raise the limit in the server's parameters if the source is `configuration file`. If it is `user` or `database`, reset it:",
  run('ALTER ROLE "<user>" RESET <name>;\nALTER DATABASE "<database>" RESET <name>;'),
];

/** PgBouncer's limits are in its own configuration, and not in the server's. */
const POOLER_LIMIT =
  "Or raise the limit in PgBouncer (`idle_transaction_timeout`, for example). Some limits of Azure's PgBouncer are parameters of the server, such as `pgbouncer.query_wait_timeout`.";

/** The object that an English message names. */
const NAMED = /.*\b(relation|table|view|sequence|function|schema|database) "?(?:\w+\.)?([^"(]{1,63})(?:"?$|\(|" )/;
const named = (text: string, unknown: string) => identifier(text.match(NAMED)?.[2], unknown);

/** Commands of psql that show this object, and its owner; those of all kinds where the kind is not known. */
function lookUp(text: string): string {
  const [, kind = ""] = text.match(NAMED) ?? [];
  const commands = Object.entries(SHOW).filter(([kinds]) => kinds.includes(kind));
  return commands.map(([, command]) => command + named(text, "<name>")).join("\n");
}

const schemaNotPermitted = ({ user }: Context, { text }: Symptom): Answer => [
  "SQLSTATE 42501 (insufficient privilege): `user` lacks USAGE on the schema, or, to grant a privilege on the schema itself, is not its owner and holds no grant option.",
  "Let the schema's owner, which `\\dn` in psql shows, grant the privilege. Azure gives `public` to `azure_pg_admin`, the server's administrators:",
  run(`GRANT USAGE ON SCHEMA ${named(text, "<schema>")} TO ${identifier(user, "<user>")} WITH GRANT OPTION;`),
];

const ownerNotUser = (text: string): Answer => [
  "SQLSTATE 42501 (insufficient privilege): `user` has to be the owner of the object or a member of the owner's role that inherits its privileges or can `SET ROLE` to it, or hold the grant option. On Azure, an administrator does not own other roles' objects either.",
  "See in psql who owns it. If that is `azuresu` or another superuser of the provider, as for the objects of some extensions, no login of yours can grant privileges on it: name it in `exclude`.",
  run(lookUp(text)),
];

const SHOW = { "relation table view sequence": "\\dtvmsE *.", function: "\\df+ *.", schema: "\\dn ", database: "\\l " };

/** Words with a name in quotes, but of no way to sign in, except as the beginning or a part of that name. */
const A_ROLE = /^(?!.*(authentication|\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI)\b|pg_hba)(?![-\w]{0,62}["»“])).*["«»„]/i;

/** Words about a role that `user` cannot act as. */
const ACT_AS = /default privileges|role "/i;

/** A name in quotes, in a refusal that is not English. */
const NAME_IN_OTHER_LANGUAGE = /^(?!.*\b(?:permission|must|only|cannot|not|new)\b).*?["«»„]\s?([^"«»„“]+?)\s?["«»“]/i;

/** "Role" and a name in quotes, in the languages of the server but English. */
const ROLE_IN_OTHER_LANGUAGE =
  /(Roll[ei]\w*|rôle|rol[ąi]?|ruolo|papel|role\)|рол[ьиі]|ролл?ю|ロール|角色|როლ\S*) ?\(?["«»„]|["»“] ?(rol|롤)/i;

/** NOLOGIN, in the languages of the server, after the name. */
const NOT_PERMITTED_TO_LOG_IN =
  /^role ".*" is not permitted to log in|(Einloggen|conectar(se)?|se connecter|il login|logga in|ログインが許可されません|შესვლის უფლება არ აქვს: .*|접속을 허용하지 않음|вход запрещён|вхід не дозволений|进行登录)$/;

/** No entry of pg_hba.conf for an unencrypted connection, in each language of the server. */
const NOT_ENCRYPTED =
  /^(?!.*server login)(?=.*pg_hba)(.*SSL (off|关闭)|(?!.*(SSL|GSS)).*(encr|schlüssel|chiffr|cifr|cript|crittogr|krypt|szyfr|şifre|шифр|暗号|加密|암호화|დაშიფვრ))/i;

const ALLOW_WITHOUT_TLS =
  "The server is your own, because it sees a loopback address. Add an entry `host` for this address, user and database to its `pg_hba.conf`, and reload it, or turn on TLS there (`ssl`) and remove `ssl-mode`.";

/** `ssl-mode: disable` is for loopback hosts only, so a tunnel leads to the server. */
const TLS_IN_TUNNEL: Steps = [
  "Set `host` to the server's full name, remove `ssl-mode`, and let that name lead to the tunnel, in a step before this one (on Linux):",
  run("echo '127.0.0.1 <server>.postgres.database.azure.com' | sudo tee --append /etc/hosts"),
  "If you cannot, set `ssl-mode: verify-ca`, which does not check the server's name.",
];

/** "Database" and a name in quotes, in each language of the server. */
const DATABASE =
  /(databas\w*|Datenbank|(banco|base) de (dados|datos|données)( inválido| no válida)?|baz[ay]( danych)?|データベース|数据库|баз[аеи]( даних)?|ბაზა\S*:?)\s?[«»"]|" (데이터베이스|veritabanı)/;

/** The answer to an error of code in the database. */
const RAISED = [
  "Code in the database that runs with the statement or at the sign-in, such as an event trigger, or a function or an extension (Citus, TimescaleDB) that it calls, refused it or has the fault that the message names. A pooler in between can also set a parameter at the start of each session to a value that the server does not accept.",
  (context: Context, { text }: Symptom) => (/for parameter "\S+: "/.test(text) ? pastPooler(context) : []),
  "See in psql which event triggers there are, and which server answers. If the server refuses this sign-in, sign in as a role that the trigger lets in, such as its owner:",
  run("SELECT evtname, evtevent, evtfoid::regproc, evtowner::regrole FROM pg_event_trigger;\nSELECT version();"),
  "Do what the message says (a privilege that is missing: grant it to `user`), or let the owner of the trigger correct it, or make an exception. If there is no trigger, look for the cause in the extensions (`\\dx` in psql).",
] as const;

/**
 * What PostgreSQL and Azure's extension to it say. Texts of the extension are matched loosely: they changed with
 * the name of Entra. SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * Azure's texts: https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-troubleshoot-common-connection-issues
 * PgBouncer's, all with SQLSTATE 08P01: https://github.com/pgbouncer/pgbouncer/blob/master/src/objects.c
 * The codes in capitals of the first three rules are those of src/postgres/.
 */
export const POSTGRES = rulesFor("postgres", {
  "token-not-asked-for": [
    "HASH_REQUESTED",
    "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
    findRole,
    "Check that the server accepts Entra tokens:",
    (context) => azShow(context, "authConfig"),
    "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`.",
  ],
  "query-timed-out": [
    "QUERY_TIMEOUT",
    "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
    "Run the job again. If the error persists, look at the server's state:",
    (context) => azShow(context, "state"),
  ],
  "protocol-violation": [
    [
      "PROTOCOL_VIOLATION NOT_POSTGRES",
      // Such as Kerberos, GSSAPI and SSPI: https://www.postgresql.org/docs/current/protocol-message-formats.html
      /error establishing an SSL connection|Unknown authenticationOk message type|received invalid response|unexpected \w+ message from|unknown response . for SSLRequest|unknown message code|expected authentication request/,
      /^SASL: (?!.*(client password|is missing|returned error))/,
      // PostgreSQL's own words; a pooler has others with the same SQLSTATE.
      { codes: "08P01", text: /^(?!bind|.*SCRAM auth).*(message|SCRAM|packet size|protocol synchronization)/ },
      /no (PostgreSQL )?user ?name (specified|supplied)/,
    ],
    (_, { text }) =>
      /unexpected \w+ message/.test(text)
        ? "An answer came to a query that this session did not send: a pooler or a proxy in between mixed up sessions, or what answers is not PostgreSQL."
        : "A different service listens on this port, or the server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
    pastPooler,
    ({ port }) => `Check \`host\`${port === 5432 ? "" : " and `port` (PostgreSQL's is 5432)"}, then run the job again.`,
  ],
  "cluster-node": [
    /while executing command on|connection (to the remote|establishment for) node/,
    "Another node of the cluster does not answer, or refuses the statement or the sign-in, for the reason in the message: often a role or a privilege is missing there, or its PostgreSQL or its Citus has another version. Nodes sign in to each other as the role that acts.",
    (_, { text }) => (/ to log in/.test(text) ? ["Let the role log in:", letLogIn(text)] : []),
    (_, { text }) => (/^connection(?!.*FATAL)/.test(text) ? "Run the job again." : []),
    "See which nodes answer, and what differs between them, as an administrator of the cluster: the version, or with another statement the roles (`pg_roles`) or privileges. Create or grant in this way what is missing on a node:",
    run("SELECT * FROM run_command_on_all_nodes('SHOW server_version');"),
    "If the nodes cannot sign in to each other, correct their `pg_hba.conf`, or the passwords in `pg_dist_authinfo`. If a node is behind, update it. If none is, update Citus, or open a support request for the cluster in the Azure portal.",
  ],
  "token-in-password": [
    { ...ABOUT_TOKEN, signIn: "password" },
    "The role is an Entra role, which requires a token. `password` is not a token, not a complete one, or one that has expired or is for something else.",
    "Remove `password`, and sign in to Entra: `auth-type: oidc`.",
  ],
  "token-expired": [
    /access token (has|is) expired|^[^"]*(\btoken\b.*(expired|not (yet|anymore) valid|lifetime)|\b(exp|nbf) claim)/i,
    "The token was not valid at the time when the server checked it, and neither was a second one: the Azure CLI or the identity's endpoint gave an old token, perhaps because the runner's clock is wrong.",
    "Run the job again: it has to sign in again.",
    ...CHECK_CLOCK,
    tokenClaims,
    { retries: 1 },
  ],
  "token-audience": [
    [{ codes: "28000 28P01", text: /^[^"]*(token.*|\b)(audience|aud claim)\b/i }, /access token .*audience claim/i],
    "The token is for another resource, usually another cloud's, or `host` leads to another kind of server.",
    (context, { text }) => (/cosmos/.test(text) ? [] : [...tokenClaims(context), ...selectCloud(context)]),
    "Set `host` to a flexible server of Azure Database for PostgreSQL. A cluster of Azure Cosmos DB needs another token.",
  ],
  "token-group": [
    /does not contain group/i,
    "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
    "Add the identity to the group:",
    (context, { text }) =>
      az("ad group member add", { group: text.match(/ID (.{36})/)?.[1] ?? "<group>", "member-id": objectId(context) }),
    "Run the job again in a few minutes. A managed identity can keep a token without the new group for 24 hours: until then, give it a role of its own with the action in `principal/`.",
    tokenClaims,
  ],
  "token-identity-mismatch": [
    /oid mismatch for role/i,
    "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
    tokenClaims,
    "If `user` is the role that you mean, bind it to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
    (context) =>
      run(`SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${label(context)};`),
  ],
  "token-role-type": [
    /AAD_AUTH_TOKENTYPE_APP_/,
    "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
    findRole,
  ],
  "token-invalid": [
    ABOUT_TOKEN,
    (_, { text }) =>
      /(server's|the) tenant\b/.test(text)
        ? "The token is from a different tenant than the server's, or its application has no service principal there."
        : "The token that reached the server is not valid: it is from a different tenant than the server's, its application has no service principal there, or it was truncated or changed on the way.",
    ({ signIn }) => `${signIn && "tenantId" in signIn ? "Set `tenant-id` to" : "Sign in to"} the server's tenant:`,
    (context, { text }) => tenantIn(text) ?? azShow(context, "authConfig.tenantId"),
    tokenClaims,
    "If that is the token's tenant (`tid`), create the application's service principal there:",
    ({ signIn }) => az("ad sp create", { id: clientOf(signIn) }),
    (_, { text }) => (/(server's|the) tenant\b/.test(text) ? [] : REACH_ENTRA),
  ],
  "tls-required": [
    [NOT_ENCRYPTED, /^(?!.*(cached|SSL,)).*((SSL|TLS).{0,14} required|(requires|only) TLS|connection is insecure)/i],
    "The server accepts only connections with TLS.",
    (context, { text }) => {
      if (context.tls && context.tls.mode !== "disable") return pastPooler(context);
      return /host "(127\.|::1)/.test(text) ? ALLOW_WITHOUT_TLS : TLS_IN_TUNNEL;
    },
  ],
  "pooler-sign-in": [
    [
      { codes: "28000 28P01 3D000", text: /^(odyssey:|\(E[A-Z]+\))/ },
      {
        codes: "08* 58000 XX000",
        text: /^(?!.*(\bEntra\b|AAD |Azure AD|Active Directory|timed out|backends are down|circuit)).*(auth(enticat| failed)|SASL|SCRAM|\bmd5\b|state was|EJIT|empty password|login failed|cached error: (?!connect |server |sslreq|TLS|terminating|the database system|database .*exist|.*(too many|slots|failed)))/i,
      },
      /^(?!permission denied|must be owner|relation).*(no such (user|database)|^SASL: .*(is missing|returned error)|Tenant or user not found|tenant\/user|multiple users matched|user not found in the database|No pool configured|RDS [Pp]roxy|bouncer config error|login rejected|allow_list|tenant identifier|secret format|unable to (get|decrypt) password|(from|send|no) auth_query|auth_query response|auth_dbname|pool_(hba\.conf|passwd file)|pgagroal_hba\.conf|security model for user|is wrong, or the database does not exist|wrong password type)/,
    ],
    poolerRefused,
    pastPooler,
    "Or check `user`, `password` and `database`, or add what it refuses (a user, a database, an address) to the pooler's configuration (PgBouncer: `[databases]`, `auth_file`), and reload it. Azure's PgBouncer knows the roles of the server: if it is that one, set `user` to one of them.",
  ],
  "sign-in-locked": [
    { codes: "28000 28P01", text: /too many (failed|log-?in|authentication|attempts)|(is|been|account) locked/i },
    "The server, or a pooler in between, refuses this user for a time, because a client signs in again and again with a wrong password or an old token.",
    "Stop the client that fails: usually an app with an old password or an expired token. The server's log names its address. Then run the job again: the server accepts the user again after a time.",
  ],
  "password-refused": [
    ["28P01", /(password|SASL) authentication failed|empty password|client password must|no password supplied/i],
    (context, symptom) => byName(context, symptom) ?? passwordRefused(context, symptom),
  ],
  "login-not-permitted": [
    { codes: "28000", text: NOT_PERMITTED_TO_LOG_IN },
    "The role exists, but has the attribute NOLOGIN, as groups have.",
    "If it is a group, set `user` to a role that can log in, and make that a member of the group. Otherwise, let it log in, as an administrator of the server:",
    (_, { text }) => letLogIn(text),
  ],
  "login-role-not-found": [
    // In all languages of the server: the other texts with a name in quotes are about the way to sign in.
    { codes: "28000", text: A_ROLE },
    (context, symptom) =>
      byName(context, symptom) ?? [
        "The server has no role with this name that can log in. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
        ...findRole(context, symptom),
      ],
  ],
  firewall: [
    // The name of the file is the same in all languages of the server (`lc_messages`).
    new RegExp(
      String.raw`^(?!.*(server login|could not load|["«»„] ?${PRIVATE_RANGE})).*pg_hba\.conf|^[^"]*Client (with )?IP.*not (allowed|permitted)`,
    ),
    "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
    "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
    "For a runner that keeps its address, allow it, and run the job again:",
    (context, { text }) => azAllow(context, text.match(/[0-9a-f.:]{7,45}/gi)?.find(isIP) ?? "<address>"),
    "Or use a runner in the server's network (`docs/private-network.md`).",
  ],
  "database-not-found": [
    ["3D000 57P04", /^(?!.*\brole\b).*database "?[^"]*"? does not exist/],
    ({ database = "" }) => sentence`The server has no database with this name (yet). ${aboutNames(database)}`,
    (context, { text }) =>
      isAnother(text.match(/database "([^"]+)"/)?.[1], context.database) ? pastPooler(context) : [],
    "Set `database` to one of these:",
    (context) =>
      isLoopback(context.host)
        ? run("SELECT datname FROM pg_database;")
        : azOnServer("db list", context, { query: "[].name" }),
  ],
  "database-closed": [
    [{ codes: "55000", text: DATABASE }, /^database locale is|could not (create|open collator for) locale/],
    (_, { code }) =>
      `This database accepts no connections: ${code === "55000" ? "it is a template, has `ALLOW_CONNECTIONS false`, or its `DROP DATABASE` was interrupted" : "the server's operating system does not have its locale, perhaps since an update or in a different container image"}.`,
    "See which it is, in database `postgres`. If it is the rest of a `DROP DATABASE` (limit -2), drop it again. If not, set `database` to one that allows connections:",
    run("SELECT datname, datistemplate, datallowconn, datconnlimit, datcollate FROM pg_database;"),
    "Or, if `datallowconn` is false, let its owner allow connections again:",
    ({ database }) => run(`ALTER DATABASE ${identifier(database, "<database>")} ALLOW_CONNECTIONS true;`),
  ],
  "database-owner-role": [
    { codes: "0A000 0LP01 42501 XX000", text: /"pg_database_owner"/ },
    "This is a rule of PostgreSQL: `pg_database_owner` has one member, the owner of the database. No GRANT can add another, or make it a member of a different role.",
    "Set `user` to the owner of the database, and grant the privileges of `pg_database_owner` themselves. To see the owner:",
    run("SELECT datdba::regrole FROM pg_database WHERE datname = current_database();"),
  ],
  "connect-not-granted": [
    // The quotes tell it from GRANT's error.
    { codes: "42501", text: new RegExp(`^(?![^"«»„]*temp).*(${DATABASE.source})|does not have CONNECT privilege`) },
    "`user` has no CONNECT privilege on this database.",
    "Grant the privilege, as the database's owner:",
    ({ user, database }) =>
      run(`GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`),
  ],
  "no-connection-slots": [
    [
      { codes: "53300", text: /^(?!pgpool|connection refused|server failover)/ },
      /too many (clients already|connections|active clients)|connection slots are reserved|no more connections allowed|max (clients|pools count) reached|client connections (exceeded|reached)|\bmax_(client|user|db)_connections( |$|\))|query_wait_timeout|too many servers/,
    ],
    (_, { text }) =>
      `All connections are in use that ${/connections for |["„«](?!pg_)/.test(text) ? "the `CONNECTION LIMIT` of the role or the database allows" : "the server, or its PgBouncer, accepts. Small servers accept only a few dozen"}.`,
    (context, { text }) => {
      const [, kind, limited] = text.match(/connections for (role|database) "(.+)"/) ?? [];
      if (kind === undefined) return context.port === 5432 || /already|reserved/.test(text) ? [] : pastPooler(context);
      return [
        `Raise the limit of this ${kind}, as an administrator (one job uses up to 4 connections; -1 is no limit):`,
        run(`ALTER ${kind.toUpperCase()} ${identifier(limited, "")} CONNECTION LIMIT <number>;`),
      ];
    },
    "Run the job again when fewer clients are connected. Run fewer jobs at the same time.",
    "When a connection is free again, see which clients hold the others, with psql:",
    run("SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"),
    (context, { text }) => (/connections for /.test(text) ? [] : raiseLimit(context)),
    { retries: 4 },
  ],
  "server-restarting": [
    [
      { codes: "57000 57P01 57P02 57P03", text: /^(?!.*Hot standby)/ },
      /must be superuser to connect|the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections(?!\.? Hot))|database (configuration changed|removed)|shut(ting)? down|being drained|due to administrator command|admin forced disconnect|suspend_timeout|server (idle timeout|lifetime over)/i,
    ],
    (_, { code }) =>
      `The server is starting, stopping or restarting, recovering after a crash, failing over or being upgraded${code === "57P03" ? "" : ", or an administrator ended the session"}.`,
    afterRestart,
    "If an Azure server is not `Ready` after half an hour, look at its log and `Resource health` in the Azure portal. If it is `Stopped`, start it:",
    (context) => azServer("start", context),
    { retries: 4 },
  ],
  "pooler-cannot-connect": [
    /^(?!permission denied|must be owner|relation|role ).*(server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout|server (DNS lookup failed|refused SSL)|sslreq|TLS startup|receiving data from server|connection pool for .* is down|checkout timeout|pool is banned|EAUTHTIMEOUT|ECIRCUITBREAKER|[Cc]ircuit breaker|EPOOL(CH|T)|EPROXY|ESUBSCRIBE|EWORKER|^(connect failed|cannot connect|connect timeout|connection refused)$|AllServersDown|Pool down for|ECHECKOUT|checkout failure|Unable to check out|DbHandler exited|EDBHANDLEREXITED|all backend(s| nodes) are down|remote server|suitable host|connect to backend|DB node \d|create a backend (\d+ )?connection|failover_on_backend|^server failover|waiting to acquire database connection)/,
    "The connection pooler cannot connect to PostgreSQL at the moment, or blocks connections for some minutes because others failed: PostgreSQL is restarting, failing over, full or refusing the sign-in, or the pooler has a wrong address of it.",
    (context, { text }) => {
      const steps = [afterRestart(context), pastPooler(context)];
      return (/DNS|SSL|sslreq|TLS|authreq/.test(text) ? steps.reverse() : steps).flat();
    },
    "Or see why in the pooler's log, and check its servers.",
    { retries: 2 },
  ],
  "authentication-time-out": [
    /canceling authentication due to timeout|^authentication timed out/i,
    "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
    "Run the job again.",
    ({ signIn }) => (signIn?.type === "password" ? [] : REACH_ENTRA),
    { retries: 1 },
  ],
  "server-time-out": [
    ["57014 25P03 25P04 57P05 72000", /^(query|transaction|idle transaction|client_idle|pool statement)[ _]timeout$/],
    "The server, or a pooler in between, ended the statement or the session because of a time limit that the message names (for a statement, this action itself sets 60 seconds), or someone cancelled it.",
    (context, { text }) => (/^(\w+ )?\w+[ _]timeout$/.test(text) ? [...pastPooler(context), POOLER_LIMIT] : LIMITS),
  ],
  "privileges-full": [
    { codes: "54000", text: /row is too big|\b8160\b/ },
    "The list of the roles that hold privileges on a table, view, sequence or column is full: PostgreSQL keeps it in one row of 8 kB.",
    "Revoke the privileges of roles that are no longer used (`\\dp <table>` in psql lists all roles), or grant to a group role whose members they become (`GRANT <group> TO <role>;`).",
  ],
  wraparound: [
    /not accepting commands.*wraparound|multixact "members" limit/,
    "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
    "See what holds VACUUM back, as an administrator. End the oldest sessions (`pg_terminate_backend`) and the prepared transactions (`ROLLBACK PREPARED`), and drop slots that nothing reads any more (`pg_drop_replication_slot`):",
    run("SELECT pid, xact_start FROM pg_stat_activity;\nTABLE pg_prepared_xacts;\nTABLE pg_replication_slots;"),
    "Then vacuum the database that the message names (`VACUUM (VERBOSE);` in psql), as an administrator.",
  ],
  "server-limit": [
    ["53000 53200 53400 NO_PROCESS", /resize shared memory|could not fork|(allocate|out of) memory|open files( in|$)/i],
    (_, { text }) =>
      /max_locks|out of shared memory/.test(text)
        ? "The server's lock table is full (`max_locks_per_transaction`): a migration, or a dump of many tables, can fill it."
        : "The server has no memory left for this connection or statement, or another of its limits was reached.",
    // 53400 is about what one session needs.
    (_, { code }) => (code === "53400" ? [] : "Run the job again when the server is less busy."),
    "Raise the parameter that sets the limit, or choose a larger compute size, if the error persists. A restart of the server can be necessary:",
    setParameter,
    { retries: 2 },
  ],
  "disk-full": [["53100", /No space left on device|Disk quota exceeded/], "The server's storage is full.", growStorage],
  "data-damaged": [
    ["XX001 XX002 58030", /status of transaction|^could not .*: Perm|catalog is missing|"(base|global|pg_\w+)\//],
    "A data file of the server is damaged or cannot be read.",
    "Open a support request in the Azure portal, or restore the server there to a time before the damage. Of a server of your own, check that the data directory (of a container: the volume) is the right one and readable for the server's user, and restart the server.",
  ],
  "read-only": [
    [
      "25006",
      /conflict with recovery|during recovery|recovery is in progress|read-write mode inside a read-only|in a hot standby|Hot standby mode/,
    ],
    (context, symptom) =>
      IN_RECOVERY.test(symptom.text) ? "The server is a read replica." : readOnly(context, symptom),
    (_, { text }) => (/conflict with/.test(text) ? "Run the job again: a change of the primary ended the query." : []),
    (_, { text }) => (IN_RECOVERY.test(text) ? `To write, ${TO_PRIMARY}` : []),
  ],
  "concurrent-change": [
    [
      "40* 42710 55006 55P03",
      { codes: "23505", text: /"pg_\w+_index"/ },
      /concurrently (updated|deleted|dropped)|with OID \d+|role OID|cache lookup failed|could not find tuple|(catalog|schema) version mismatch/i,
    ],
    "Another session, such as a migration or another run of this action, changed the same object at the same time, or held a lock on it for too long.",
    "Run the job again, after the migrations and not at the same time: it continues where it stopped.",
    "If it happens again, let such jobs run one after another (`concurrency` of the workflow), and see who holds up others while the job waits:",
    run("SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0;"),
  ],
  "library-not-found": [
    /could not (access file|load library|find function .* in file)|shared_preload_libraries|must be preloaded|incompatible library|access to library|library version|PGC_POSTMASTER|outside shmem_request_hook|redefine parameter/,
    "The library that the message names is not on the server, does not have the version of the extension that needs it, or has to be loaded when the server starts (`shared_preload_libraries`).",
    "Look in psql which setting names the library, as an administrator, and in another database if this sign-in fails:",
    run("\\drds\nSHOW shared_preload_libraries;\nSHOW session_preload_libraries;\nSHOW local_preload_libraries;"),
    "If the message is about the start of the server or `shared_preload_libraries`, add the library to this parameter (in the Azure portal: `Server parameters`), and restart the server.",
    "If a setting names it, correct that (quotes around each name, not around the list), or reset it, on the server in `Server parameters`:",
    run('ALTER ROLE "<role>" RESET <setting>;'),
    "If none does, update the extension, install the library that it needs (in a container: in the image), or drop the extension:",
    run('ALTER EXTENSION "<name>" UPDATE;'),
  ],
  "name-encoding": [
    "22021 22P05",
    "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
    "In a database with the encoding UTF8 (`\\l` in psql lists them), list the roles whose names are not plain ASCII. Rename these roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8:",
    run("SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';"),
  ],
  // Whatever SQLSTATE it is, SQL runs at a sign-in only in code. Azure's own refusals name Entra.
  "raised-at-sign-in": [{ codes: "22* 23* 3F* 42* 55P02 P0*", text: /^(?!.*(Entra|AAD))/, fatal: true }, ...RAISED],
  "pgaadauth-not-here": [
    /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist|security label provider|(Entra|Azure AD|AAD|Active Directory)( ID)? authentication.{0,40}(not (enabled|supported|configured)|disabled)/i,
    "Entra authentication is not enabled on this server, or `host` does not lead to a flexible server of Azure. The functions and the security label of `pgaadauth` are in database `postgres` only.",
    "Enable Entra authentication, if it is not enabled. The server restarts:",
    (context) => azServer("update", context, { "microsoft-entra-auth": "Enabled" }),
  ],
  "principal-exists": [
    /Updating an existing principal isn.t supported/,
    "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
    "Find the role of the identity, as an Entra administrator in database `postgres`:",
    LIST_PRINCIPALS,
    "Use that role. Or drop it, as a member of both roles, and create the new one. The first two lines are for each database:",
    run('REASSIGN OWNED BY "<role>" TO "<new-owner>";\nDROP OWNED BY "<role>";\nDROP ROLE "<role>";'),
  ],
  "citus-worker": [
    /operation is not allowed on this node|Citus worker|(from|to) the coordinator/,
    "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
    ({ port }) => `Set \`host\` to the server's own name${port === 5432 ? "" : " and `port: 5432`"}: the coordinator.`,
  ],
  "entra-principal-type": [
    /incorrect object type/,
    "The identity with this object ID is not of the `type` that the server was given.",
    "Set `type` to its actual type. Or, if you mean an identity of another type, correct `object-id`:",
    (_context, { text }) => run(`type: ${text.match(/actual object type: '(user|group|service)'/)?.[1] ?? "<type>"}`),
    'If both are right, create the role by SQL if it is missing (`CREATE ROLE "<role>" LOGIN;`), and bind it, as an Entra administrator in database `postgres`:',
    run(`SECURITY LABEL FOR "pgaadauth" ON ROLE "<role>" IS 'aadauth,oid=<object-id>,type=<type>';`),
  ],
  "entra-principal-not-found": [
    /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|(trying|failed) to validate (user|principal)|Microsoft Graph|failed to create .{0,20}principal|\bprincipal .*(not (exist|found)|invalid)/i,
    (_, { text }) =>
      /unexpected error/.test(text)
        ? "The server could not check the identity in Entra, and does not say why. The fault passes by itself, the network of the server does not let it reach Entra, or the object ID is not right."
        : "The server does not accept the identity, for the reason in its message. Usually the `type` or the object ID (or, without one, the display name) is not that of exactly one identity in the server's tenant, or the server cannot ask Entra.",
    (_, { text }) => (/unexpected error/.test(text) ? ["Run the job again in a few minutes.", REACH_ENTRA] : []),
    (_, { text }) => (/type is/.test(text) ? "Set `type`: a managed identity is a `service`, too." : []),
    "Set `object-id` to the object ID of the service principal or managed identity in the server's tenant, which is not that of the app registration:",
    az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" }),
    "For a group, set `type: group` and this object ID:",
    az("ad group show", { group: "<group>", query: "{name:displayName, oid:id}" }),
    "If the ID and the type are right, the server's own service principal may be missing in the tenant. Create it, as an administrator of the tenant:",
    az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" }),
  ],
  "role-not-found": [
    // 22023 is that of SET ROLE.
    { codes: "42704 22023", text: new RegExp(`^role "|^(?!.*not exist).*(${ROLE_IN_OTHER_LANGUAGE.source})`, "i") },
    "The server has no role with this name. It is misspelt (names are case-sensitive), or was not created. A Service Connector connection deployed with Bicep or ARM alone creates no role.",
    withoutServer,
    ...LIST_ROLES,
  ],
  "object-not-found": [
    [
      "42P01 42883 3F000",
      { codes: "42704", text: /^(?!.*configuration parameter)/ },
      { codes: "42703", text: /^(?!record )([^"«»]*["«»]){4}/ }, // a column and its table, in each language of the server
    ],
    "Nothing with this name is there: it was dropped or renamed meanwhile, or never created (names are case-sensitive). Or code in the database, such as an event trigger, uses it without its schema.",
    "Look for it in this database with psql. If the name is one of PostgreSQL's own, another product answers, as `version()` shows:",
    (_, { text }) => run(lookUp(text), "SELECT version();"),
    "If it is not there, run the job again after the migration that creates it. If it is there, write its schema in the code that uses it, because this action sets `search_path` to pg_catalog.",
  ],
  "catalog-not-readable": [
    { codes: "42501", text: /denied for (table|view) "?pg_(?!authid|shadow|statistic|large|user_m|hba)/ },
    "PUBLIC can read this catalog by default, and this action needs it: the privilege was revoked.",
    "On Azure, open a support request for the server: only Microsoft can grant it again. Elsewhere, grant it as a superuser:",
    ({ user }, { text }) => run(`GRANT SELECT ON ${text.match(/pg_\w+/)} TO ${identifier(user, "<user>")};`),
  ],
  "restricted-role": [
    {
      codes: "42501 0A000 XX000",
      text: /(?<!(denied for|owner of) \w+ )(?<!")super[- ]?(us|ut|uż)|суперпольз|суперкорист|スーパーユーザ|超级用户|슈퍼유|ზემომხმარ|restricted role|is a system catalog|session authorization|pg_write_all_data|azure_pg_admin from|(for|to set) (configuration )?parameter|owner of (extension|language)|(for|owner of) (schema|table|view|function|language) "?(pg_|c\b|information_schema|columnar|citus|_timescaledb|spatial_ref_sys|cron\b|job\b|job_run_details)|(system|internal|reserved|protected|managed|privileged) roles?\b|roles? cannot be |role "[^"]+" is (reserved|protected)/i,
    },
    "The provider of the server (on Azure: Microsoft) reserves this for its own superuser: built-in roles and catalogs, parameters, and the objects of extensions (the table of pg_cron is `cron.job`). No other login can change or grant it, not even an administrator.",
    (context, symptom) =>
      PARAMETER.test(symptom.text) ? ["Set the parameter on the server:", setParameter(context, symptom)] : [],
    "Grant privileges on the app's own objects only: name its own schemas in `schemas`, the objects of extensions in `exclude`, and roles of your own in `user` and `grantee`, and check that `host` is the server that you mean. If the message names an object of the app, set `user` to its owner.",
  ],
  "administrators-only": [
    { codes: "42501", text: /pgaadauth_|^[^"]*\b(Entra|AAD|Azure A\w+)\b.*admin|of ((the )?role )?"?azure_pg_admin/i },
    "Only administrators of the server (`azure_pg_admin`) can do this, and only Entra administrators can create Entra roles.",
    "Sign in as one of the server's Entra administrators:",
    listAdmins,
    "Or make the identity that signs in an administrator:",
    (context) =>
      azOnServer("microsoft-entra-admin create", context, { ...APPLICATION, "object-id": objectId(context) }),
  ],
  "create-role-not-permitted": [
    // "Role" without a name in the languages of the server.
    {
      codes: "42501",
      text: /denied to (create|alter|drop) (role|database)|CREATEROLE|^permission denied$|^(?!.*(["«»„]|\b(permission|must|only|cannot)\b)).*(Rolle |rôle|\b(rol|roll|role|ruolo|roli)\b|рол[иі]|ロールを|角色|롤|როლ)/i,
    },
    "`user` lacks CREATEROLE (for a database, CREATEDB), or ADMIN OPTION on the role.",
    "Set `user` to an administrator of the server, or let one give `user` the attribute:",
    ({ user }, { text }) =>
      run(`ALTER ROLE ${identifier(user, "<user>")} ${/to \w+ database/.test(text) ? "CREATEDB" : "CREATEROLE"};`),
  ],
  "role-not-grantable": [
    [
      { codes: "42501", text: /denied to (grant|revoke) role|[Aa]dmin.[Oo]ption|\bADMIN\b/ },
      { codes: "42501", text: new RegExp(`^(?!permission|cannot).*(${ROLE_IN_OTHER_LANGUAGE.source})`) },
    ],
    "SQLSTATE 42501 (insufficient privilege): `user` needs ADMIN OPTION on the role to be granted (before PostgreSQL 16, CREATEROLE is enough, unless that role is a superuser), or membership in the role to act as.",
    ({ user }, { text }) =>
      roleIn(text) === user
        ? "Set `user` to another role that has ADMIN OPTION on this one, because no role can grant itself (since PostgreSQL 16). The roles that have it:"
        : "List the roles that have ADMIN OPTION on the role, with the first statement, and let one of them run the second statement once. If there is none, only a superuser can run the second:",
    ({ user }, { text }) => {
      const [role, grantor] = [roleIn(text), text.match(/ as role "([^"]+)"/)?.[1] ?? user];
      const holders = `SELECT member::regrole FROM pg_auth_members WHERE admin_option AND roleid = ${quoteLiteral(identifier(role, "<role>"))}::regrole;`;
      if (role === user) return run(holders);
      return run(holders, `GRANT ${identifier(role, "<role>")} TO ${identifier(grantor, "<user>")} WITH ADMIN OPTION;`);
    },
  ],
  "not-permitted": [
    // Other English words are code's, an extension's or a provider's.
    { codes: "42501", text: /permission|privilege|must|^(?!.*\b(the|is|are|this|cannot|not|policy)\b)/ },
    (context, symptom) =>
      SCHEMA.test(symptom.text) && !symptom.text.startsWith("must be owner")
        ? schemaNotPermitted(context, symptom)
        : ACT_AS.test(symptom.text)
          ? "SQLSTATE 42501 (insufficient privilege): `user` has to be the role that the message names (for default privileges, the role that creates the objects), or a member of it that inherits its privileges or can `SET ROLE` to it."
          : ownerNotUser(symptom.text),
    (_, { text }) =>
      `Set \`user\` to ${ACT_AS.test(text) ? "that role" : "the owner"}, or let a role that has ADMIN OPTION on it make \`user\` a member:`,
    (context, { text }) => {
      const grant = `GRANT ${identifier(text.match(/role "([^"]+)"/i)?.[1], "<owner>")} TO ${identifier(context.user, "<user>")}`;
      const version = Number.parseInt(context.serverVersion ?? "", 10); // INHERIT and SET are options from 16 on
      const options = `${version >= 16 ? "" : "; -- from PostgreSQL 16:"} WITH INHERIT TRUE, SET TRUE`;
      return run(`${grant}${version < 16 ? "" : options};`);
    },
    "If this action does not have to manage the object, name it in `exclude`, or leave out future ones with `default-privileges: false`.",
  ],
  "privilege-not-found": [
    [{ codes: "42601 22023", text: /unrecognized privilege type/ }, "0LP01"],
    "The server cannot make this grant, for the reason in its message. Usually its PostgreSQL has no such privilege (`MAINTAIN` exists since PostgreSQL 17), or this kind of object or PUBLIC cannot have it (a table has no `USAGE`, PUBLIC no grant option), or the other role gave it (a role cannot get a grant option or a membership back).",
    "Remove what the message names, or upgrade the server. PostgreSQL's list of all privileges: https://www.postgresql.org/docs/current/ddl-priv.html",
  ],
  "tls-not-offered": [
    /does not support SSL|SSLRequest|unsupported frontend protocol 1234\.56/,
    "The other side does not speak TLS. Every Azure server does, so a pooler or a proxy is in between, or this is a different server. Nothing secret was sent.",
    ({ host, signIn }) => (signIn?.type === "password" && isLoopback(host) ? "Set `ssl-mode: disable`." : []),
    pastPooler,
    "Or, if the pooler or the server is your own, turn on TLS there (PgBouncer: `client_tls_sslmode`, PostgreSQL: `ssl`).",
  ],
  "dependent-privileges": [
    { codes: "2BP01", text: /^(?!.*\bdrop)/ },
    "Other privileges depend on this one: the role has granted it to other roles.",
    "See to which roles, with `\\dp <table>` in psql: their entries end in `/` and the name of the role.",
    "If these roles need the privilege, let the owner grant it to them, too. Then revoke it with all that depends on it, as the owner. Without CASCADE, only the role that granted them can revoke the others:",
    run('REVOKE <privilege> ON <object> FROM "<role>" CASCADE;'),
  ],
  "pooler-refused": [
    [
      "08P01 08004 58000 25001 25P01 25P02 26000 34000 42P03 42P05",
      /cached plan must not change|^portal .* cannot be run|^Parameter \w+ changed|^(FATAL: )?(\(E[A-Z]+\)|odyssey:)|connection from the pool|(?<!message )(from|to|among|with) (backends?|frontend)\b|(query|session) context|(?<!")pool_\w|does not match (b|with)|backend response|^failed authentication against PAM/,
    ],
    poolerRefused,
    pastPooler,
    "Or change the pooler's setting. For Azure's PgBouncer, it is a parameter of the server (`pgbouncer.<setting>`).",
  ],
  "raised-in-database": [
    [
      "0A* 21* 22* 23* 24* 2F* 38* 39* 426* 42701 42702 42703 4271* 4272* 428* 42P* 44* 540* P0*",
      /tuple already updated by self/,
    ],
    ...RAISED,
  ],
  "sign-in-refused": [
    { codes: "28000", text: /^(?!TLS version)/ },
    (context, symptom) => reasonIn(withoutNames(symptom.text), SIGN_IN_REASONS) || refused(context, symptom),
    (context) => (isLoopback(context.host) ? [] : setFullName(context)),
    "If it is your own server, let `user` sign in with a password in its `pg_hba.conf` (method `scram-sha-256`, without `clientcert`), and reload it (`SELECT pg_reload_conf();`).",
  ],
  "server-fault": [
    "XX* 58* F0*",
    "The server, an extension, a node of its cluster, or a pooler or a proxy in between had an internal error.",
    "Run the job again. If the error persists and a pooler or a proxy is in between, set `host` to the server itself, or see what its log or its console says.",
    "If the error persists without a pooler or a proxy, restart the server. If that does not help, look in its log, and for a server of Azure open a support request.",
    (context) => azServer("restart", context),
  ],
});

/** The role that a text of PostgreSQL names: if it is about an option, the one that the option is on. */
const roleIn = (text: string) =>
  (text.match(/(?:^.* option on )?role "([^"]+)"/i) ?? text.match(NAME_IN_OTHER_LANGUAGE))?.[1];

/** The step for a name as only the logins of single servers had it. The name of a user in Entra has a dot after the @. */
function withoutServer({ host = "", user }: Context, { text }: Symptom): Steps {
  const [, login, server] = `${roleIn(text)}\n${user}`.match(/^(.+)(@[\w-]+)$/m) ?? [];
  if (!login || !server || !/\.postgres\.database\./i.test(host)) return [];
  return [sentence`If ${code(server)} is the name of a single server, leave it out: ${code(login)}.`];
}

/** True if a message names another role or database than the run; the server cuts off names after 63 bytes. */
const isAnother = (named: string | undefined, own = named): named is string =>
  named !== undefined && !own?.toLowerCase().startsWith(named.toLowerCase());

/** The answer to a refusal of another role than `user`. */
function byName(context: Context, { text }: Symptom): Answer | undefined {
  const role = roleIn(text);
  if (!isAnother(role, context.user)) return undefined;
  return [
    sentence`${name(role)} is not \`user\`: a connection pooler in between signs in as a role of its own, which the server refuses.`,
    ...pastPooler(context),
    "Or let the pooler sign in with the name and the password of a role that can log in (PgBouncer: `auth_user`).",
  ];
}

/** The claims that the server compares with the role, or no step if the token cannot be read. */
function tokenClaims({ token, cloud }: Context): Steps {
  const audience = cloud?.postgresScope.replace("/.default", "") ?? "https://ossrdbms-aad.database.windows.net";
  const isOther = claim(token, "aud") !== audience;
  const named = ["oid", "appid", "idtyp", "tid", ...(isOther ? ["aud"] : [])].filter((each) => claim(token, each));
  const claims = named.map((each) => sentence`${code(each)} ${code(claim(token, each) ?? "")}`);
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11)
    claims.push(sentence`valid until ${code(new Date(expires * 1000).toISOString())}`);
  const needed = isOther ? sentence` \`aud\` has to be ${code(audience)}.` : EMPTY;
  const check = sentence`Check the token's claims: ${listOf(claims)}. \`oid\` has to be the object ID of the role, or of a member of its group, and \`tid\` the server's tenant.${needed}`;
  return claims.length === 0 ? [] : [check];
}

/** Which role to sign in as, and where the roles are listed with the object IDs they are bound to. */
function findRole(context: Context, symptom: Symptom): Steps {
  if (context.signIn?.type === "password") return [...withoutServer(context, symptom), ...LIST_ROLES];
  return [
    ...withoutServer(context, symptom),
    "Set `user` to the role of the identity that signs in, or of a group that has it as a member. A guest's role has a name with `#EXT#`. The server's Entra administrators are:",
    listAdmins(context),
    "List the other Entra roles, in database postgres. The action in `principal/` creates one for an identity or a group:",
    LIST_PRINCIPALS,
    ...tokenClaims(context),
  ];
}

/** 28P01 has one text for many causes: those that the name or the sign-in shows come first. */
function passwordRefused(context: Context, symptom: Symptom): Answer {
  if (context.signIn?.type === "password")
    return [
      "The name or the password is wrong or has expired, the role was created for Entra and has no password, or the server accepts only Entra tokens.",
      ...withoutServer(context, symptom),
      "Check `user` and `password`. As an administrator, see whether there is such a role, and until when its password is valid:",
      run(`SELECT rolcanlogin, rolvaliduntil FROM pg_roles WHERE rolname = ${quoteLiteral(context.user ?? "<user>")};`),
      "See how an Azure server lets roles sign in. For an Entra role, remove `password` and set `auth-type: oidc`:",
      azShow(context, "authConfig"),
    ];
  return [
    GUID.test(context.user ?? "")
      ? "`user` looks like a client ID, but must be the name of a role. The two are the same only if the role was created so, as Service Connector does for administrators."
      : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    ...findRole(context, symptom),
  ];
}
