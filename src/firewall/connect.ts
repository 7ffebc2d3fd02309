import { symptomsOf } from "../diagnosis/symptoms.ts";
import { ActionError } from "../model/failure.ts";
import type { PasswordProvider } from "../model/settings.ts";
import { withSession } from "../postgres/session.ts";
import { publicAddressIn } from "./ipv4.ts";
import type { FirewallSettings } from "./settings.ts";

/** The result of one attempt to connect, with the runner's address if the server names it. */
export type ConnectResult =
  | { readonly connected: true; readonly address: string | undefined }
  | { readonly connected: false; readonly address: string | undefined; readonly error: ActionError };

/** No retries here: `untilOpen` decides about them. In milliseconds. */
const ONE_ATTEMPT = { firstWait: 0, maxTime: 0, answerTime: 15_000 };

const ADDRESS = "SELECT pg_catalog.host(pg_catalog.inet_client_addr()) AS address";

/**
 * Signs in to the database once.
 * @throws any error that is not a failure to connect
 */
export async function connect(
  settings: FirewallSettings,
  host: string,
  password: PasswordProvider,
  signal: AbortSignal,
): Promise<ConnectResult> {
  const { port, tls, database, user, signIn, cloud } = settings;
  const target = { server: { host, port, tls }, database, user };
  try {
    const { rows } = await withSession(
      { target, password, known: { signIn, cloud }, patience: ONE_ATTEMPT, signal },
      (client) => client.query<{ address: string | null }>(ADDRESS),
    );
    return { connected: true, address: publicAddressIn(rows[0]?.address ?? "") };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { connected: false, address: addressIn(error), error };
  }
}

/** The address in `no pg_hba.conf entry for host "203.0.113.7"`. */
function addressIn(error: ActionError): string | undefined {
  const [, address = ""] = /for host "([0-9.]{7,15})"/.exec(symptomsOf(error.cause)[0]?.text ?? "") ?? [];
  return publicAddressIn(address);
}

/** True if the firewall refuses the runner: the server says so, or packets are dropped and nothing answers. */
export function isBlocked({ failure }: ActionError): boolean {
  return failure.code === "firewall" || failure.code === "connection-timed-out";
}
