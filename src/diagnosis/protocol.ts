import { step } from "../model/failure.ts";
import { azShow } from "./commands.ts";
import { rulesFor } from "./rules.ts";

/** The peer does not follow PostgreSQL's protocol. The codes in capitals are those of src/postgres/. */
export const PROTOCOL = rulesFor("postgres", [
  {
    code: "not-postgres",
    when: [
      // Kerberos, SCM, GSSAPI and SSPI are PostgreSQL's: https://www.postgresql.org/docs/current/protocol-message-formats.html
      { text: /error establishing an SSL connection|Unknown authenticationOk message type (?![26789]\b)/ },
      { codes: ["NOT_POSTGRES"] },
    ],
    cause: "A different service listens on this port: its answer to a request for TLS is not PostgreSQL's.",
    next: (context) => [
      "Check `host` and `port`. PostgreSQL's port is 5432, and 6432 for the built-in PgBouncer.",
      step("Show the server's full name:", azShow(context, "fullyQualifiedDomainName")),
    ],
  },
  {
    code: "token-not-asked-for",
    when: [{ codes: ["HASH_REQUESTED"] }],
    cause:
      "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
    next: (context) => [
      "Set `user` to the role of the Entra identity that signs in. Its name is case-sensitive.",
      step("Check that the server accepts Entra tokens:", azShow(context, "authConfig")),
      "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`.",
    ],
  },
  {
    code: "query-timed-out",
    when: [{ codes: ["QUERY_TIMEOUT"] }],
    cause:
      "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
    next: (context) => [
      "Run the job again: what was granted stays granted.",
      step("If the error persists, look at the server's state:", azShow(context, "state")),
    ],
  },
  {
    code: "protocol-violation",
    when: [{ codes: ["PROTOCOL_VIOLATION"] }],
    cause:
      "The server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
    next: (context) => [
      step(
        "Check `host` and `port`: perhaps a different service listens there.",
        azShow(context, "fullyQualifiedDomainName"),
      ),
      "If a proxy is in between, set `host` to the server itself.",
    ],
  },
]);
