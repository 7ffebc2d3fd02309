import { azShow } from "./commands.ts";
import { rulesFor } from "./rules.ts";
import { lookAtState, setFullName } from "./steps.ts";

/** The peer does not follow PostgreSQL's protocol. The codes in capitals are those of src/postgres/. */
export const PROTOCOL = rulesFor("postgres", {
  "not-postgres": {
    // Kerberos, SCM, GSSAPI and SSPI are PostgreSQL's: https://www.postgresql.org/docs/current/protocol-message-formats.html
    when: [
      /error establishing an SSL connection|Unknown authenticationOk message type (?![26789]\b)|received invalid response/,
      "NOT_POSTGRES",
    ],
    answer: (context) => [
      "A different service listens on this port: its answer to a request for TLS is not PostgreSQL's.",
      "Check `host` and `port`. PostgreSQL's port is 5432, and 6432 for the built-in PgBouncer.",
      ...setFullName(context),
    ],
  },
  "token-not-asked-for": {
    when: "HASH_REQUESTED",
    answer: (context) => [
      "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
      "Set `user` to the role of the Entra identity that signs in. Its name is case-sensitive.",
      "Check that the server accepts Entra tokens:",
      azShow(context, "authConfig"),
      "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`.",
    ],
  },
  "query-timed-out": {
    when: "QUERY_TIMEOUT",
    answer: (context) => [
      "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
      "Run the job again: what was granted stays granted.",
      ...lookAtState(context),
    ],
  },
  "protocol-violation": {
    when: ["PROTOCOL_VIOLATION", /^SASL: (?!.*(client password|server signature))/],
    answer: (context) => [
      "The server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
      "Check `host` and `port`: perhaps a different service listens there.",
      ...setFullName(context),
      "If a proxy is in between, set `host` to the server itself.",
    ],
  },
});
