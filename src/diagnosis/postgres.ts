import { az, azServer, azShow, claim, code, hostAndPort, shell, tokenSays } from "./commands.ts";
import type { Context, Rule } from "./rules.ts";

/**
 * What PostgreSQL and Azure's extension to it say. Texts of the extension are matched loosely: they changed with
 * the name of Entra. SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * Azure's texts: https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-troubleshoot-common-connection-issues
 */
export const POSTGRES: readonly Rule[] = [
  {
    code: "token-expired",
    with: ["postgres"],
    texts: ["The access token has expired. Please acquire a new token and retry."],
    when: [{ text: /access token has expired/i }],
    cause: "The server takes a token only while it is valid, and this one was not, nor was a fresh one.",
    next: (context) =>
      `${tokenSays(context)}Run the job again; on a self-hosted runner, set its clock (\`timedatectl\`).`,
    retries: 1,
  },
  {
    code: "token-audience",
    with: ["postgres"],
    texts: [
      'The access token does not have a valid audience claim. Please acquire a new token for the resource "https://ossrdbms-aad.database.windows.net".',
    ],
    when: [{ text: /valid audience claim/i }],
    cause: "The token is for another cloud's PostgreSQL.",
    next: (context) =>
      `${tokenSays(context)}Set \`environment\` to the cloud of the server (${hostAndPort(context)}).`,
  },
  {
    code: "token-group",
    with: ["postgres"],
    texts: [
      "Azure AD access token not valid for role ci-admins (does not contain group ID 00000000-0000-0000-0000-000000000000)",
    ],
    when: [{ text: /does not contain group/i }],
    cause:
      "`user` is a group, and the identity that signed in is not a member, or was not yet when its token was made.",
    next: (context) =>
      `${tokenSays(context)}Add it: ${az("ad group member add", { group: context.user ?? "<group>", "member-id": claim(context.token, "oid") ?? "<object-id>" })}, then run the job again.`,
  },
  {
    code: "token-identity-mismatch",
    with: ["postgres"],
    texts: [
      'Service principal oid mismatch for role "The oid in the security label [<a>] does not match the appid [<b>] or oid [<c>] in the token."',
      "Azure AD oid mismatch for role [aad_orders]",
    ],
    when: [{ text: /oid mismatch for role/i }],
    cause:
      "The role is bound to another object ID: the identity was deleted and made anew, or the role was made with the application's ID instead of its service principal's.",
    next: (context) =>
      `${tokenSays(context)}As an Entra administrator, in database postgres: ${code(`SELECT * FROM pg_catalog.pgaadauth_update_principal_with_oid(${literal(context.user)}, ${literal(claim(context.token, "oid"), "<object-id>")}, 'service', false, false);`)}`,
  },
  {
    code: "token-role-type",
    with: ["postgres"],
    texts: [
      "Service Principals cannot generate AAD_AUTH_TOKENTYPE_APP_USER tokens for role[ci-admin]",
      'Service principals cannot generate AAD_AUTH_TOKENTYPE_APP_USER tokens for role "ci-admin"',
      "Azure AD user token for role[admin@contoso.com] is neither an AAD_AUTH_TOKENTYPE_APP_USER or an AAD_AUTH_TOKENTYPE_APP_OBO token.",
      'Microsoft Entra user token for role "admin@contoso.com" is neither an AAD_AUTH_TOKENTYPE_APP_USER or an AAD_AUTH_TOKENTYPE_APP_OBO token.',
    ],
    when: [{ text: /AAD_AUTH_TOKENTYPE_APP_/ }],
    cause:
      "`user` and the token are of different kinds: a service principal's token cannot sign in under a person's role, nor a person's under a service principal's.",
    next: (context) =>
      `${tokenSays(context)}Set \`user\` to the role of the very identity that signs in, or make it an administrator: ${makeAdmin(context)}`,
  },
  {
    code: "token-refused",
    with: ["postgres"],
    texts: ["Azure AD access token not valid for role ci-admin"],
    when: [{ text: /access token|Entra.*token|Azure AD.*token/i }],
    cause: "The server took the password for a token and refused it.",
    next: (context) =>
      `${tokenSays(context)}Set \`user\` to the role of the very identity that signs in. ${listRoles(context)}`,
  },
  {
    code: "password-refused",
    with: ["postgres"],
    texts: ['password authentication failed for user "ci-admin"'],
    when: [{ code: /^28P01$/ }, { text: /password authentication failed/i }],
    cause: "The server does not take this name with this password or token.",
    next: whyRefused,
  },
  {
    code: "role-may-not-log-in",
    with: ["postgres"],
    texts: ['role "app_owner" is not permitted to log in'],
    when: [{ text: /is not permitted to log in/ }],
    cause: "The role exists, but is no login.",
    next: ({ user }) =>
      `Set \`user\` to a role that may log in, or let it: ${code(`ALTER ROLE ${identifier(user)} LOGIN;`)}`,
  },
  {
    code: "login-role-not-found",
    with: ["postgres"],
    texts: ['role "aad_orders" does not exist'],
    when: [{ code: /^28000$/, text: /role ".*" does not exist/ }],
    cause:
      "The server has no such role: names are case-sensitive, and a connection made by Bicep or ARM alone does not create it.",
    next: listRoles,
  },
  {
    code: "tls-required",
    with: ["postgres"],
    texts: [
      'no pg_hba.conf entry for host "203.0.113.7", user "ci-admin", database "app", no encryption',
      'no pg_hba.conf entry for host "203.0.113.7", user "ci-admin", database "app", SSL off',
    ],
    when: [{ text: /no pg_hba\.conf entry for .*(no encryption|SSL off)/ }],
    cause: "The server lets nobody in without TLS.",
    next: () => "Leave out `ssl-mode`, or set it to `verify-full`.",
  },
  {
    code: "firewall",
    with: ["postgres"],
    texts: [
      'no pg_hba.conf entry for host "203.0.113.7", user "ci-admin", database "app", SSL encryption',
      'no pg_hba.conf entry for host "203.0.113.7", user "ci-admin", database "app", SSL on',
      'pg_hba.conf rejects connection for host "203.0.113.7", user "ci-admin", database "app", SSL encryption',
    ],
    when: [{ text: /no pg_hba\.conf entry for|pg_hba\.conf rejects connection/ }],
    cause:
      "The server's firewall does not let the runner's address in; a new rule may take five minutes to work.",
    next: (context, { text }) => {
      const address = text.match(/for host "([0-9a-f.:]+)"/i)?.[1] ?? "<address>";
      const rule = { name: "github-runner", "start-ip-address": address, "end-ip-address": address };
      return `Let it in: ${azServer("firewall-rule create", context, rule)}.`;
    },
  },
  {
    code: "database-not-found",
    with: ["postgres"],
    texts: ['database "App" does not exist'],
    when: [{ code: /^3D000$/ }],
    cause: "The server has no such database: names are case-sensitive.",
    next: (context) => `List them: ${azServer("db list", context, { query: "[].name" })}.`,
  },
  {
    code: "connect-not-granted",
    with: ["postgres"],
    texts: ['permission denied for database "app"'],
    when: [{ code: /^42501$/, text: /permission denied for database/ }],
    cause: "`user` may not connect to this database.",
    next: ({ user, database }) =>
      `As its owner or an administrator: ${code(`GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user)};`)}`,
  },
  {
    code: "no-connection-slots",
    with: ["postgres"],
    texts: [
      "sorry, too many clients already",
      "remaining connection slots are reserved for non-replication superuser connections",
      "remaining connection slots are reserved for roles with the SUPERUSER attribute",
      'remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role',
      'too many connections for role "ci-admin"',
      'too many connections for database "app"',
    ],
    when: [{ code: /^53300$/ }],
    cause:
      "All connections of the server, the database or the role are in use; small servers have only a few dozen.",
    next: (context) =>
      `Look who holds them: ${code("SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;")} Or go through the built-in PgBouncer: \`port: 6432\`. How many there are: ${azServer("parameter show", context, { name: "max_connections", query: "value" })}.`,
    retries: 4,
  },
  {
    code: "server-starting",
    with: ["postgres"],
    texts: [
      "the database system is starting up",
      "the database system is shutting down",
      "the database system is in recovery mode",
      "the database system is not yet accepting connections",
    ],
    when: [{ code: /^57P03$/ }],
    cause: "The server is starting, stopping or failing over.",
    next: (context) =>
      `Wait until it is Ready, then run the job again. Its state: ${azShow(context, STATE)}.`,
    retries: 4,
  },
  {
    code: "server-stopping",
    with: ["postgres"],
    texts: [
      "terminating connection due to administrator command",
      "terminating connection because of crash of another server process",
    ],
    when: [{ code: /^57P0[12]$/ }],
    cause: "The server ended the connection: it restarts or fails over, or somebody ended it.",
    next: (context) =>
      `Run the job again: what was granted stays granted. Its state: ${azShow(context, STATE)}.`,
    retries: 4,
  },
  {
    code: "read-only",
    with: ["postgres"],
    texts: ["cannot execute GRANT in a read-only transaction"],
    when: [{ code: /^25006$/ }],
    cause: "This server is a replica, or was set read-only (Azure does that when its disk is nearly full).",
    next: (context) =>
      `Set \`host\` to the primary, or to the virtual endpoint \`<name>.writer.postgres.database.azure.com\`; \`mode: check\` works here. Its state: ${azShow(context, STATE)}.`,
  },
  {
    code: "lock-time-out",
    with: ["postgres"],
    texts: ["canceling statement due to lock timeout"],
    when: [{ code: /^55P03$/ }],
    cause: "Somebody else, a migration perhaps, held a lock for too long.",
    next: () =>
      "Run this step after the migrations, not beside them; a run again goes on where this one stopped.",
  },
  {
    code: "statement-time-out",
    with: ["postgres"],
    texts: ["canceling statement due to statement timeout", "canceling statement due to user request"],
    when: [{ code: /^57014$/ }],
    cause: "A statement took longer than it may, or somebody cancelled it.",
    next: () => "Run the job again when the server is less busy.",
  },
  {
    code: "concurrent-change",
    with: ["postgres"],
    texts: [
      "tuple concurrently updated",
      "deadlock detected",
      "could not serialize access due to concurrent update",
    ],
    when: [{ code: /^(40001|40P01)$/ }, { text: /^tuple concurrently (updated|deleted)/ }],
    cause: "Somebody else changed the same objects at the same moment, again and again.",
    next: () =>
      "Run this step after the migrations, not beside them; a run again goes on where this one stopped.",
  },
  {
    code: "out-of-shared-memory",
    with: ["postgres"],
    texts: ["out of shared memory"],
    when: [{ code: /^53200$/ }],
    cause: "The server's lock table is full: some session, perhaps a migration, holds very many locks.",
    next: (context) =>
      `Run the job again when it has ended, or raise it: ${azServer("parameter set", context, { name: "max_locks_per_transaction", value: "256" })}.`,
  },
  {
    code: "object-not-found",
    with: ["postgres"],
    texts: [
      'role "aad_orders" does not exist',
      'relation "orders" does not exist',
      'schema "app" does not exist',
    ],
    when: [{ code: /^(42704|42P01|3F000)$/ }],
    cause:
      "The server has nothing of this name: names are case-sensitive, and a Service Connector connection made by Bicep or ARM alone creates no role.",
    next: (context) =>
      `Look with psql in database ${context.database ?? "<database>"}: \`\\du\` lists roles, \`\\dn\` schemas, \`\\d\` tables.`,
  },
  {
    code: "not-permitted",
    with: ["postgres"],
    texts: [
      "permission denied for table orders",
      "permission denied for schema public",
      'permission denied to set role "migrator"',
      "permission denied to change default privileges",
      "must be owner of table orders",
    ],
    when: [{ code: /^42501$/ }],
    cause: "`user` has neither the owner's rights nor the grant option for this.",
    next: () => "Set `user` to the owner of the tables, or to an Entra administrator.",
  },
  {
    code: "connection-failure",
    with: ["postgres"],
    texts: ["server login has been failing, connect failed", "connection to server was lost"],
    when: [{ code: /^08/ }],
    cause: "The connection, or the one that PgBouncer makes for it, broke.",
    next: (context) =>
      `Run the job again; if it stays, go past PgBouncer with \`port: 5432\`. Its state: ${azShow(context, STATE)}.`,
    retries: 2,
  },
];

const STATE = "{state:state, role:replicationRole}";

/** 28P01 is one text for many causes: what can be told from the name and the token comes first. */
function whyRefused(context: Context): string {
  const { user = "", signIn, token, host = "" } = context;
  if (signIn?.type === "password") {
    const conninfo = `host=${host || "<host>"} port=${context.port ?? 5432} user=${user || "<user>"} dbname=${context.database ?? "<database>"} sslmode=verify-full sslrootcert=system`;
    return `Check \`user\` and \`password\` by hand: ${code(`psql ${shell(conninfo)}`)}. A role that Entra made has no password: leave \`password\` out and sign in with \`auth-type: oidc\`.`;
  }
  const suffixed = user.match(/^(.+)@(.+)$/);
  if (suffixed && host.toLowerCase().startsWith(`${suffixed[2]}.`.toLowerCase())) {
    return `The name of the server is no part of a user's name any more: set \`user\` to ${suffixed[1]}.`;
  }
  const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(user)
    ? "`user` looks like a client ID; it has to be the name of the role, which is one only where Service Connector made the administrator. "
    : "";
  const audience = claim(token, "aud");
  const cloud = context.cloud;
  if (
    audience !== undefined &&
    cloud !== undefined &&
    !cloud.postgresScope.startsWith(audience.replace(/\/$/, ""))
  ) {
    return `${tokenSays(context)}Its audience is not PostgreSQL's in ${cloud.name}: set \`environment\`.`;
  }
  return `${guid}${tokenSays(context)}\`user\` has to be the role that is bound to the object ID of the identity that signs in, or a group it is in, spelt exactly. ${listRoles(context)}`;
}

function listRoles(context: Context): string {
  const admins = azServer("microsoft-entra-admin list", context, {
    query: "[].{user:principalName, oid:objectId}",
  });
  return `Administrators: ${admins}. Other roles of Entra identities, in database postgres: ${code("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);")}`;
}

function makeAdmin(context: Context): string {
  return azServer("microsoft-entra-admin create", context, {
    "display-name": "<name>",
    "object-id": claim(context.token, "oid") ?? "<object-id>",
    type: "ServicePrincipal",
  });
}

function identifier(name: string | undefined, unknown = "<user>"): string {
  return name === undefined ? unknown : `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string | undefined, unknown = "<user>"): string {
  return `'${(text ?? unknown).replaceAll("'", "''")}'`;
}
