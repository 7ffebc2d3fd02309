import { isIP } from "node:net";
import { ENTRA_DATABASE, GUID } from "../model/entra-label.ts";
import { type Steps, step } from "../model/failure.ts";
import { code, listOf, name, type Sentence, sentence, type Words } from "../model/sentence.ts";
import { quoteLiteral } from "../text/sql.ts";
import { claim } from "./claims.ts";
import { az, azAllow, azOnServer, azServer, azShow, conninfo, identifier, shell } from "./commands.ts";
import { byText, type Context, rulesFor } from "./rules.ts";

const OTHER_CLOUD = "The token is for the PostgreSQL servers of another cloud.";

const LIST_PRINCIPALS = "SELECT * FROM pg_catalog.pgaadauth_list_principals(false);";

/** The parameters that end a session: https://www.postgresql.org/docs/current/runtime-config-client.html */
const SESSION_TIMEOUTS: Readonly<Record<string, string>> = {
  "25P03": "idle_in_transaction_session_timeout",
  "25P04": "transaction_timeout",
  "57P05": "idle_session_timeout",
};

const WITHOUT_POOLER: Steps = [
  "Set `port: 5432`, or `host` to the server itself, to connect without the pooler.",
];

/**
 * The errors of PgBouncer itself, all with SQLSTATE 08P01. Where PostgreSQL has the same error, its rule below matches
 * PgBouncer's text too. https://github.com/pgbouncer/pgbouncer/blob/master/src/objects.c
 */
export const POOLER = rulesFor("postgres", [
  {
    code: "pooler-token-too-long",
    when: [{ text: /client sent partial pkt in startup phase/ }],
    cause: "The token is longer than the longest password that this PgBouncer accepts.",
    next: [
      "Set `port: 5432`: PostgreSQL itself accepts tokens of any length.",
      "Or sign in as a service principal or managed identity, whose tokens are shorter than a user's.",
    ],
  },
  {
    code: "pooler-session",
    when: [
      { codes: ["26000", "42P05"] },
      { text: /prepared statement ".*" (requires|does not exist|already exists)/ },
    ],
    cause:
      "A connection pooler gave the session to another client between two messages, or mixed up two sessions.",
    next: WITHOUT_POOLER,
  },
  {
    code: "pooler-startup-parameter",
    when: [{ text: /unsupported startup parameter/ }],
    cause: "A connection pooler in front of PostgreSQL refuses a connection parameter.",
    next: (context) => [
      ...WITHOUT_POOLER,
      step(
        "Or let PgBouncer ignore the parameter that the message names:",
        azOnServer("parameter set", context, {
          name: "pgbouncer.ignore_startup_parameters",
          value: "<parameter>",
        }),
      ),
    ],
  },
]);

/**
 * What PostgreSQL and Azure's extension to it say. Texts of the extension are matched loosely: they changed with
 * the name of Entra. SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * Azure's texts: https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-troubleshoot-common-connection-issues
 */
export const POSTGRES = rulesFor("postgres", [
  {
    code: "token-expired",
    when: [{ text: /access token (has|is) expired/i }],
    cause:
      "The token had expired when the server checked it, and so had a new one: the runner's clock is probably wrong.",
    next: (context) => [
      step("On a self-hosted runner, check the clock:", "timedatectl"),
      ...tokenClaims(context),
      "Run the job again.",
    ],
    retries: 1,
  },
  {
    code: "token-audience",
    when: [{ text: /valid audience claim/i }],
    cause: OTHER_CLOUD,
    next: selectCloud,
  },
  {
    code: "token-group",
    when: [{ text: /does not contain group/i }],
    cause:
      "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
    next: (context) => [
      step(
        "Add the identity to the group:",
        az("ad group member add", { group: context.user ?? "<group>", "member-id": objectId(context) }),
      ),
      "Run the job again in a few minutes: for a while, Entra issues tokens without the new group.",
      ...tokenClaims(context),
    ],
  },
  {
    code: "token-identity-mismatch",
    when: [{ text: /oid mismatch for role/i }],
    cause:
      "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
    next: (context) => [
      ...tokenClaims(context),
      step(
        "Bind the role to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
        `SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${quoteLiteral(label(context))};`,
      ),
      "The function `pgaadauth_update_principal_with_oid` does the same, but Microsoft does not document it.",
    ],
  },
  {
    code: "token-role-type",
    when: [{ text: /AAD_AUTH_TOKENTYPE_APP_/ }],
    cause:
      "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
    next: (context) => [
      step(
        "Set `user` to the role of the identity that signs in. List the server's Entra administrators:",
        listAdmins(context),
      ),
      step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS),
      ...tokenClaims(context),
      step("If the identity has no role yet, make it an administrator:", makeAdmin(context)),
    ],
  },
  {
    code: "token-invalid",
    when: [
      {
        text: /access token has (an )?invalid (format|signature)|error occurred while validating the access token|invalid token format|token is malformed/i,
      },
    ],
    cause: ({ signIn }) =>
      signIn?.type === "password"
        ? "The role is an Entra role, which requires a token. `password` is not a token, or not a complete one."
        : "The token that reached the server is not valid: it was truncated or changed on the way, or it is from a different tenant than the server's.",
    next: (context) =>
      context.signIn?.type === "password"
        ? [
            "Remove `password`, and sign in to Entra: `auth-type: oidc`.",
            "If `password` must be a token, check that it is complete and that nothing was added, such as quotes or a line break.",
          ]
        : [
            ...tokenClaims(context),
            step("Compare the token's tenant (`tid`) with the server's:", azShow(context, "authConfig")),
            "If PgBouncer is in between, set `port: 5432`.",
          ],
  },
  {
    code: "token-refused",
    when: [{ text: /access token|Entra.*token|Azure AD.*token/i }],
    cause: "The server does not accept this token for this role.",
    next: (context) => ["Set `user` to the role of the identity that signs in.", ...findRole(context)],
  },
  {
    code: "entra-extension-fault",
    when: [{ text: /cannot read pg_class without having selected a database/ }],
    cause:
      "This is a fault in Azure's Entra extension, seen on PostgreSQL 18. No Entra sign-in works on this server.",
    next: (context) => [
      step("Restart the server:", azServer("restart", context)),
      "If the error persists, open a support request for the server in the Azure portal.",
      "Until then, sign in with `password` as a role that has one.",
    ],
  },
  {
    code: "password-refused",
    when: [
      { codes: ["28P01"] },
      {
        text: /password authentication failed|SASL authentication failed|empty password returned by client|client password must be/i,
      },
    ],
    cause: (context) => passwordRefused(context).cause,
    next: (context) => passwordRefused(context).next,
  },
  {
    code: "role-may-not-log-in",
    when: [{ text: /is not permitted to log in/ }],
    cause: "The role exists, but cannot log in.",
    next: ({ user }) => [
      "Set `user` to a role that can log in.",
      step("Or let this role log in:", `ALTER ROLE ${identifier(user, "<user>")} LOGIN;`),
    ],
  },
  {
    code: "login-role-not-found",
    when: [{ codes: ["28000"], text: /role ".*" does not exist/ }, { text: /no such user/ }],
    cause:
      "The server has no role with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
    next: findRole,
  },
  {
    code: "firewall",
    // The name of the file is the same in all languages of the server (`lc_messages`).
    when: [
      { text: /^(?!.*(no encryption|SSL off)).*pg_hba\.conf/ },
      { text: /Client from Azure Virtual Networks is not allowed/ },
    ],
    ...byText(
      {
        text: /Virtual Networks/,
        cause:
          "The runner's subnet has a service endpoint for databases (`Microsoft.Sql`), and the server has no rule for that subnet. A rule for an address has no effect.",
        next: [
          "Remove the service endpoint `Microsoft.Sql` from the runner's subnet, or add a rule for the subnet to the server.",
          "Or use a runner in the server's network (`docs/private-network.md`).",
        ],
      },
      {
        cause:
          "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
        next: (context, { text }) => [
          "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
          step(
            "For a runner that keeps its address, allow it, and run the job again:",
            azAllow(context, addressIn(text) ?? "<address>"),
          ),
          "Or use a runner in the server's network (`docs/private-network.md`).",
        ],
      },
    ),
  },
  {
    code: "tls-required",
    when: [{ text: /pg_hba\.conf.*(no encryption|SSL off)|SSL (connection is )?required/i }],
    cause: "The server accepts only connections with TLS.",
    next: ["Remove `ssl-mode`, or set it to `verify-full`."],
  },
  {
    code: "database-not-found",
    when: [
      { codes: ["3D000", "57P04"] },
      { text: /no such database|^(?!.*\brole\b).*database "?[^"]*"? does not exist/ },
    ],
    cause: "The server has no database with this name. Names are case-sensitive.",
    next: (context) => [
      step("Set `database` to one of these:", azOnServer("db list", context, { query: "[].name" })),
    ],
  },
  {
    code: "database-closed",
    when: [
      { text: /database ".*" is not currently accepting connections|cannot connect to invalid database/ },
    ],
    cause: "This database accepts no connections: it is a template, or a `DROP DATABASE` was interrupted.",
    next: (context, { text }) => [
      step("Set `database` to another database:", azOnServer("db list", context, { query: "[].name" })),
      ...(text.includes("invalid database")
        ? [
            step(
              "Or finish the interrupted `DROP DATABASE`, connected to another database:",
              `DROP DATABASE ${identifier(context.database, "<database>")};`,
            ),
          ]
        : []),
    ],
  },
  {
    code: "connect-not-granted",
    when: [
      {
        codes: ["42501"],
        text: /permission denied for database "|does not have CONNECT privilege|Datenbank|base de (datos|données)|banco de dados|データベース|数据库|баз[аеыу] данных/,
      },
    ],
    cause: "`user` has no CONNECT privilege on this database.",
    next: ({ user, database }) => [
      step(
        "Grant the privilege, as the database's owner:",
        `GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`,
      ),
    ],
  },
  {
    code: "no-connection-slots",
    when: [
      { codes: ["53300"] },
      {
        text: /too many (clients already|connections for)|connection slots are reserved|no more connections allowed|max clients reached|client connections exceeded|max_\w+_connections|query_wait_timeout/,
      },
    ],
    cause:
      "All connections of the server, of its PgBouncer, of the database or of the role are in use. Small servers have only a few dozen.",
    next: (context) => [
      "Run the job again when fewer clients are connected.",
      step(
        "See which clients hold connections, with psql:",
        "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;",
      ),
      step(
        "Look up how many connections the server allows. A larger compute size allows more:",
        azOnServer("parameter show", context, { name: "max_connections", query: "value" }),
      ),
      ...(context.port === 6432
        ? []
        : ["Or connect through PgBouncer, `port: 6432`, if it is enabled (not on Burstable servers)."]),
    ],
    retries: 4,
  },
  {
    code: "server-starting",
    when: [
      { codes: ["57P03"] },
      {
        text: /the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections)/,
      },
    ],
    cause: "The server is starting, stopping or failing over.",
    next: afterRestart,
    retries: 4,
  },
  {
    code: "server-stopping",
    when: [
      { codes: ["57P01", "57P02"] },
      {
        text: /database (configuration changed|removed)|pgbouncer is shut|pooler is shut|server shut(ting)? down/i,
      },
    ],
    cause:
      "The server ended the connection: it is restarting or failing over, or an administrator ended the session.",
    next: afterRestart,
    retries: 4,
  },
  {
    code: "pooler-cannot-connect",
    when: [
      {
        text: /server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout/,
      },
    ],
    cause:
      "PgBouncer cannot connect to PostgreSQL at the moment: PostgreSQL is restarting, failing over or refusing the sign-in.",
    next: afterRestart,
    retries: 3,
  },
  {
    code: "session-ended",
    when: [
      { codes: Object.keys(SESSION_TIMEOUTS) },
      { text: /^(query|transaction|idle transaction|client_idle)[ _]timeout$/ },
    ],
    cause: "The server, or its PgBouncer, ended the session because of a timeout that is set on it.",
    next: (context, { code }) => {
      if (!(code in SESSION_TIMEOUTS)) return WITHOUT_POOLER;
      const name = SESSION_TIMEOUTS[code] ?? "";
      return [
        "Run the job again: what was granted stays granted.",
        step(
          "If the error persists, look at the limit:",
          azOnServer("parameter show", context, { name, query: "value" }),
        ),
        step(
          "If it is 0 there, it is set on the role or the database:",
          `ALTER ROLE ${identifier(context.user, "<user>")} RESET ${name};\nALTER DATABASE ${identifier(context.database, "<database>")} RESET ${name};`,
        ),
      ];
    },
  },
  {
    code: "replica-conflict",
    when: [{ text: /due to conflict with recovery/ }],
    cause:
      "The server is a read replica, and a change that it replays from the primary conflicted with what this session was reading.",
    next: (context) => [
      "Run the job again.",
      "Or set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`.",
      step(
        "If it happens often, let the replica wait longer for its readers (milliseconds):",
        azOnServer("parameter set", context, { name: "max_standby_streaming_delay", value: "60000" }),
      ),
    ],
  },
  {
    code: "out-of-shared-memory",
    when: [{ codes: ["53200"], text: /shared memory/ }],
    cause:
      "The server's lock table is full: a session, perhaps a migration, holds a very large number of locks.",
    next: (context) => [
      "Run the job again when that session has ended.",
      step(
        "If the error persists, enlarge the lock table. The change takes effect when the server restarts:",
        azOnServer("parameter set", context, { name: "max_locks_per_transaction", value: "256" }),
      ),
    ],
  },
  {
    code: "out-of-memory",
    when: [
      { codes: ["53200", "NO_PROCESS"] },
      { text: /could not resize shared memory segment|could not fork|Cannot allocate memory|out of memory/i },
    ],
    cause: "The server has no memory left for this connection or statement.",
    next: (context) => [
      "Run the job again when the server is less busy.",
      step(
        "If the error persists, choose a larger compute size. To see the current one:",
        azShow(context, "sku"),
      ),
    ],
    retries: 2,
  },
  {
    code: "disk-full",
    when: [{ codes: ["53100"] }, { text: /No space left on device/ }],
    cause: "The server's storage is full.",
    next: growStorage,
  },
  {
    code: "read-only",
    when: [{ codes: ["25006"] }, { text: /read-(write|only) mode during recovery/ }],
    cause:
      "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
    next: (context) => [
      step(
        "Find out whether it is a replica, and how full its storage is:",
        azShow(context, "{role:replicationRole, state:state, storage:storage}"),
      ),
      "If it is a replica, set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` works on a replica.",
      ...growStorage(context),
      step(
        "If it is neither, find out at which level the setting is, and reset it there:",
        "SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only';",
      ),
    ],
  },
  {
    code: "wraparound",
    when: [{ text: /not accepting commands (that assign new|to avoid wraparound)/ }],
    cause: "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
    next: [
      step(
        "Vacuum the database that the message names, as its owner or an administrator:",
        "VACUUM (VERBOSE);",
      ),
      "Find and end the sessions that hold VACUUM back: https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND",
    ],
  },
  {
    code: "lock-time-out",
    when: [{ codes: ["55P03"] }],
    cause: "Another session, perhaps a migration, held a lock for too long.",
    next: afterMigrations,
  },
  {
    code: "authentication-time-out",
    when: [{ text: /canceling authentication due to timeout/ }],
    cause: "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
    next: [
      "Run the job again.",
      "If the server is in a virtual network, allow it outbound access to the service tag `AzureActiveDirectory`.",
    ],
    retries: 1,
  },
  {
    code: "statement-time-out",
    when: [{ codes: ["57014"] }],
    cause: "A statement took longer than its time limit, or it was cancelled.",
    next: ["Run the job again when the server is less busy: what was granted stays granted."],
  },
  {
    code: "name-encoding",
    when: [{ codes: ["22021", "22P05"] }],
    cause:
      "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
    next: [
      step(
        "Look up the encoding of each database:",
        "SELECT datname, pg_encoding_to_char(encoding) FROM pg_database;",
      ),
      step(
        "In a database with the encoding UTF8, list the roles whose names are not plain ASCII:",
        "SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';",
      ),
      "Rename those roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8. Or move the app to a database with the encoding UTF8, which can hold every name.",
    ],
  },
  {
    code: "concurrent-change",
    when: [
      { codes: ["40001", "40P01"] },
      { codes: ["23505", "42710"], text: /"pg_\w+_index"|already exists/ },
      { text: /tuple concurrently (updated|deleted)|could not open relation with OID|cache lookup failed/ },
    ],
    cause: "Another session created or changed the same objects at the same time.",
    next: afterMigrations,
  },
  {
    code: "pgaadauth-not-here",
    when: [{ text: /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist/ }],
    cause: ({ database }) =>
      database === ENTRA_DATABASE
        ? "The action ran this function in database `postgres`, which has it on servers with Entra authentication."
        : "The `pgaadauth` functions exist only in database `postgres`, and only on servers with Entra authentication.",
    next: (context) => [
      step("Check that Entra authentication is enabled:", azShow(context, "authConfig.activeDirectoryAuth")),
      step(
        "If it is `Disabled`, enable it:",
        azServer("update", context, { "microsoft-entra-auth": "Enabled" }),
      ),
      ...(context.database === ENTRA_DATABASE ? [] : ["Run the function in database `postgres`."]),
    ],
  },
  {
    code: "pgaadauth-not-permitted",
    when: [{ codes: ["42501"], text: /permission denied for function pgaadauth_/ }],
    cause:
      "Only an Entra administrator of the server can create Entra roles, not an administrator with a password.",
    next: (context) => [
      step("Sign in as one of the server's Entra administrators:", listAdmins(context)),
      step("Or make the identity that signs in an administrator:", makeAdmin(context)),
    ],
  },
  {
    code: "principal-exists",
    when: [{ text: /Updating an existing principal isn.t supported/ }],
    cause:
      "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
    next: [
      step(
        "Find the role of the identity, as an Entra administrator in database `postgres`:",
        LIST_PRINCIPALS,
      ),
      step("Use that role, or drop it and create the new one:", "DROP ROLE <role>;"),
    ],
  },
  {
    code: "citus-worker",
    when: [{ text: /operation is not allowed on this node/ }],
    cause:
      "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
    next: ["Set `host` to the server's own name and `port: 5432`, which lead to the coordinator."],
  },
  {
    code: "entra-principal-not-found",
    when: [
      {
        text: /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|trying to validate user/i,
      },
    ],
    cause:
      "The server did not find exactly one principal with this name in its tenant. The name must be the principal's exact display name.",
    next: [
      step(
        "Look up the display name and the object ID of a service principal or managed identity:",
        az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" }),
      ),
      step(
        "Create the role with the object ID, which does not require a unique name:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);",
      ),
      step(
        "If the server finds nobody, create its own service principal, as an administrator of the tenant:",
        az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" }),
      ),
    ],
  },
  {
    code: "entra-principal-type",
    when: [{ text: /incorrect object type provided for principal/ }],
    cause:
      "The object ID belongs to a different type of principal (user, group or service) than the type that was given.",
    next: [
      step(
        "Use the type that the message calls the actual object type:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);",
      ),
    ],
  },
  {
    code: "object-not-found",
    when: [{ codes: ["42P01", "3F000"] }, { codes: ["42704"], text: /^(?!.*configuration parameter)/ }],
    cause:
      "The database has nothing with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
    next: ({ database }) => [
      step(
        sentence`In psql, look in database ${database === undefined ? code("<database>") : name(database)}. \`\\du\` lists roles, \`\\dn\` schemas and \`\\d\` tables:`,
        "\\du",
      ),
    ],
  },
  {
    code: "restricted-role",
    when: [{ codes: ["42501"], text: /restricted role|only superusers can grant role|must be superuser/ }],
    cause: "Azure reserves this for its own superuser. No other login can do it, not even an administrator.",
    next: [
      "Grant privileges on the objects themselves instead of membership in the role that the message names.",
    ],
  },
  {
    code: "role-not-grantable",
    when: [
      {
        codes: ["42501"],
        text: /permission denied to grant role|must have admin option on role|ADMIN option/i,
      },
      { codes: ["0LP01"] },
      { text: /cannot have explicit members/ },
    ],
    ...byText(
      {
        text: /explicit members/,
        cause:
          "Nobody can be granted `pg_database_owner`: its only member is the owner of the database in which it is used.",
        next: ["Grant privileges on the objects themselves instead, as their owner."],
      },
      {
        text: /granted back|is a member of role/,
        cause:
          "The roles are members of each other, directly or through the ADMIN OPTION that one received from the other.",
        next: (_context, { text }) => [
          step(
            "See who is a member of which role, and by which grant:",
            "SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option FROM pg_auth_members ORDER BY 1, 2;",
          ),
          step(
            "Revoke the membership in the other direction, or grant as another role with ADMIN OPTION:",
            `REVOKE <role> FROM ${identifier(roleIn(text), "<member>")};`,
          ),
        ],
      },
      {
        cause:
          "`user` does not have ADMIN OPTION on the role to be granted. On Azure, no login has it on `pg_write_all_data`.",
        next: ({ user }, { text }) => [
          step(
            "Run as a role that has ADMIN OPTION:",
            `GRANT ${identifier(roleIn(text), "<role>")} TO ${identifier(user, "<user>")} WITH ADMIN OPTION;`,
          ),
          "Or grant privileges on the objects themselves instead.",
        ],
      },
    ),
  },
  {
    code: "set-role-not-permitted",
    when: [
      {
        codes: ["42501"],
        text: /permission denied to (set role|change default privileges)|must be able to SET ROLE|must be (a )?member of role/,
      },
    ],
    cause:
      "`user` cannot act as the owner: it is not a member of that role with the SET option. An administrator needs that membership too.",
    next: ({ user }, { text }) => [
      step(
        "On PostgreSQL 16 and newer, as a role with ADMIN OPTION on the owner:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")} WITH INHERIT TRUE, SET TRUE;`,
      ),
      step(
        "Up to PostgreSQL 15:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")};`,
      ),
      "Or set `user` to the owner.",
    ],
  },
  {
    code: "not-permitted",
    when: [{ codes: ["42501"] }],
    ...byText(
      {
        text: /permission denied to (create|alter|drop) role/,
        cause: "`user` cannot create or change roles: it lacks CREATEROLE, or ADMIN OPTION on the role.",
        next: ({ user }) => [
          step(
            "Set `user` to an administrator of the server, or let it create roles:",
            `ALTER ROLE ${identifier(user, "<user>")} CREATEROLE;`,
          ),
          "For the role of an Entra identity, use the action in `principal/` as an Entra administrator.",
        ],
      },
      {
        text: /for (configuration )?parameter|for tablespace|to set parameter/,
        cause: "Only a superuser can grant or set this. On Azure, no login is a superuser.",
        next: (context) => [
          step(
            "Set the parameter on the server instead:",
            azOnServer("parameter set", context, { name: "<parameter>", value: "<value>" }),
          ),
        ],
      },
      {
        cause:
          "`user` is neither the owner of the object nor a member of the owner's role, and holds no grant option. On Azure, an administrator does not own other roles' objects either.",
        next: ({ user }) => [
          "Set `user` to the owner of the object, usually the role that runs the migrations.",
          step(
            "Or make it a member of the owner's role (before PostgreSQL 16, without the second line):",
            `GRANT <owner> TO ${identifier(user, "<user>")}\n  WITH INHERIT TRUE, SET TRUE;`,
          ),
        ],
      },
    ),
  },
  {
    code: "privilege-not-found",
    when: [{ codes: ["42601"], text: /unrecognized privilege type/ }],
    cause:
      "The server's PostgreSQL has no such privilege. `MAINTAIN`, for example, exists since PostgreSQL 17.",
    next: ["Remove the privilege, or upgrade the server."],
  },
  {
    code: "tls-not-offered",
    when: [{ text: /does not support SSL connections|unsupported frontend protocol 1234\.5679/ }],
    cause:
      "The other side does not speak TLS. Every Azure server does, so this is a different server, or something is in between. Nothing secret was sent.",
    next: [
      "Check `host` and `port`.",
      "If PostgreSQL runs on the runner itself and you sign in with a password, set `ssl-mode: disable`.",
    ],
  },
  {
    code: "sign-in-refused",
    when: [{ codes: ["28000"] }],
    cause:
      "The server refuses this sign-in regardless of the password: the role does not exist or cannot log in, or the server uses another way to sign in. Azure's servers never use ident or client certificates.",
    next: (context) => ["Check `host`, `port` and `user`.", ...findRole(context)],
  },
  {
    code: "server-fault",
    when: [{ codes: ["XX*", "58*", "53000", "53400"] }],
    cause: "The server, or one of its extensions, had an internal error.",
    next: (context) => [
      "Run the job again: what was granted stays granted.",
      step(
        "If the error persists, look at the server's state, and open a support request in the Azure portal:",
        azShow(context, STATE),
      ),
    ],
  },
  {
    code: "pooler-config",
    when: [{ codes: ["08P01"] }, { text: /bouncer config error|login rejected|auth_query/ }],
    cause:
      "A connection pooler refuses the connection: its own configuration (its databases, its users, or the query by which it looks them up) does not fit. PgBouncer gives this SQLSTATE to all its errors.",
    next: WITHOUT_POOLER,
  },
  {
    code: "connection-failure",
    when: [{ codes: ["08*"] }],
    cause: "The connection to the server, or PgBouncer's own connection to it, broke.",
    next: afterRestart,
    retries: 2,
  },
]);

const STATE = "{state:state, role:replicationRole}";

function listAdmins(context: Context): string {
  return azOnServer("microsoft-entra-admin list", context, {
    query: "[].{user:principalName, oid:objectId}",
  });
}

function afterRestart(context: Context): Steps {
  return [
    step(
      "Run the job again when the server is `Ready`: what was granted stays granted.",
      azShow(context, STATE),
    ),
  ];
}

function afterMigrations(): Steps {
  return [
    "Run the job again: it continues where it stopped.",
    "Run this step after the migrations, not at the same time.",
  ];
}

function growStorage(context: Context): Steps {
  return [
    step(
      "If the storage is full, enlarge it (GiB). It cannot be shrunk later:",
      azServer("update", context, { "storage-size": "<gib>" }),
    ),
    step(
      "Let the storage grow automatically from now on:",
      azServer("update", context, { "storage-auto-grow": "Enabled" }),
    ),
  ];
}

/** The first address between quotes, in any language. */
function addressIn(text: string): string | undefined {
  return Array.from(
    text.matchAll(/["«»„“]\s?([0-9a-f.:]{2,45})\s?["«»“”]/gi),
    ([, found = ""]) => found,
  ).find(isIP);
}

/** The role that a text of PostgreSQL names. */
function roleIn(text: string): string | undefined {
  return text.match(/role "([^"]+)"/i)?.[1];
}

function objectId({ token }: Context): string {
  return claim(token, "oid") ?? "<object-id>";
}

/** https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users */
function label(context: Context): string {
  const type = claim(context.token, "idtyp") === "user" ? "user" : "service";
  return `aadauth,oid=${objectId(context)},type=${type}`;
}

/** The claims that the server compares with the role, or no step if the token cannot be read. */
function tokenClaims({ token }: Context): Steps {
  const claims = ["oid", "appid", "idtyp", "tid", "aud"].flatMap((each): Sentence[] => {
    const value = claim(token, each);
    return value === undefined ? [] : [sentence`${code(each)} ${code(value)}`];
  });
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11) {
    claims.push(sentence`valid until ${code(new Date(expires * 1000).toISOString())}`);
  }
  return claims.length === 0
    ? []
    : [sentence`Compare the token's claims with what you expect: ${listOf(claims)}.`];
}

/** Where the roles are listed with the object IDs they are bound to. */
function findRole(context: Context): Steps {
  return [
    ...tokenClaims(context),
    step("List the server's Entra administrators:", listAdmins(context)),
    step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS),
  ];
}

function makeAdmin(context: Context): string {
  return azOnServer("microsoft-entra-admin create", context, {
    "display-name": "<name>",
    "object-id": objectId(context),
    type: "ServicePrincipal",
  });
}

/** The name without the server's, as single servers had it: `ci-admin@contoso-pg`. */
function withoutServer(user: string, host: string): string | undefined {
  const at = user.lastIndexOf("@");
  const server = user.slice(at + 1).toLowerCase();
  const suffixed = at > 0 && server !== "" && host.toLowerCase().startsWith(`${server}.`);
  return suffixed ? user.slice(0, at) : undefined;
}

/** 28P01 has one text for many causes: those that the name or the token shows come first. */
function passwordRefused(context: Context): { readonly cause: Words; readonly next: Steps } {
  const { signIn, user = "", host = "", port, token, cloud } = context;
  if (signIn?.type === "password") {
    return {
      cause: "The name or the password is wrong, or the role was created for Entra and has no password.",
      next: [
        step("Try the name and the password with psql:", psql(context)),
        "For an Entra role, remove `password` and set `auth-type: oidc`.",
      ],
    };
  }
  const role = withoutServer(user, host);
  if (role !== undefined) {
    return {
      cause:
        "`user` ends in the name of the server, which a flexible server treats as part of the role's name.",
      next: [sentence`Set \`user\` to ${code(role)}.`],
    };
  }
  const audience = claim(token, "aud")?.replace(/\/$/, "");
  if (audience !== undefined && cloud !== undefined && !cloud.postgresScope.startsWith(audience)) {
    return { cause: OTHER_CLOUD, next: selectCloud(context) };
  }
  if (port === 6432) {
    return {
      cause:
        "PgBouncer gives no details. The role is wrong for the token, or PgBouncer does not accept the token.",
      next: ["Set `port: 5432` and run the job again.", ...findRole(context)],
    };
  }
  return {
    cause: GUID.test(user)
      ? "`user` looks like a client ID, but must be the name of a role. The two are the same only for administrators that Service Connector added."
      : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    next: ["Set `user` to the role that has this token's `oid`.", ...findRole(context)],
  };
}

function selectCloud(context: Context): Steps {
  return [
    "Set `environment` to the server's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
    ...tokenClaims(context),
  ];
}

function psql({ user = "<user>", host = "<host>", port = 5432, database = "<database>" }: Context): string {
  const parts = { host, port, user, dbname: database, sslmode: "verify-full", sslrootcert: "system" };
  return `psql ${shell(conninfo(parts))}`;
}
