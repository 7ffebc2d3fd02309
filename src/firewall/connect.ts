import pg from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { ActionError } from "../model/failure.ts";
import type { PasswordProvider } from "../model/settings.ts";
import { withSession } from "../postgres/session.ts";
import { publicAddressIn } from "./ipv4.ts";
import type { FirewallSettings } from "./settings.ts";

/** No retries here: `untilOpen` decides about them. In milliseconds. */
const ONE_ATTEMPT = { firstWait: 0, maxTime: 0, answerTime: 15_000 };

const ADDRESS = "SELECT pg_catalog.host(pg_catalog.inet_client_addr()) AS address";

/**
 * Signs in to the database once.
 * @returns the runner's address, if the server names it, and why the attempt did not connect, if it did not
 * @throws any error that is not a failure to connect
 */
export async function connect(
  { port, tls, database, user, signIn, cloud }: FirewallSettings,
  host: string,
  password: PasswordProvider,
  signal: AbortSignal,
) {
  const server = { host, port, tls };
  try {
    const login = { server, database, user, password, signIn, cloud, patience: ONE_ATTEMPT, signal };
    const { rows } = await withSession(login, (client) => client.query<{ address: string | null }>(ADDRESS));
    return { address: publicAddressIn(rows[0]?.address ?? "") };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    // What answers before TLS can be anyone on the network, who would name an address to open the firewall for.
    const [, seen = ""] = (error.cause instanceof pg.DatabaseError && NOT_ALLOWED.exec(wordsOf(error.cause))) || [];
    return { address: publicAddressIn(seen), error };
  }
}

/** The address in `no pg_hba.conf entry for host "203.0.113.7"`. */
const NOT_ALLOWED = /for host "([0-9.]{7,15})"/;

/** True if the firewall refuses the runner: the server says so, or packets are dropped and nothing answers. */
export const isBlocked = ({ failure }: ActionError): boolean =>
  failure.code === "firewall" || failure.code === "connection-timed-out";
