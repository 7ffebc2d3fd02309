import pg, { type Client } from "pg";
import type { UndeclaredLook } from "../model/snapshot.ts";
import { isPassing } from "./catalog.ts";
import { whoCanAct } from "./roles.sql.ts";
import { mapSnapshot, mapUndeclared, type SnapshotRow } from "./snapshot.rows.ts";
import { BEGIN_READ_ONLY, rollBack } from "./transaction.ts";
import { type Checked, undeclaredPrivileges } from "./undeclared.sql.ts";

/** How often the action looks, if roles or objects are dropped during each look. */
const MAX_LOOKS = 5;

/**
 * Reads who holds privileges on what the grants of a database check, besides their grantees.
 * @param grantees all of them, by name
 * @throws the server's error
 */
export async function lookForUndeclared(
  client: Client,
  checked: readonly Checked[],
  grantees: readonly string[],
): Promise<UndeclaredLook> {
  for (let looks = 1; ; looks++) {
    try {
      const [, { rows }] = await Promise.all([
        client.query(BEGIN_READ_ONLY),
        client.query<SnapshotRow>(undeclaredPrivileges(checked, grantees)),
      ]);
      const [acting] = await Promise.all([
        client.query<SnapshotRow>(whoCanAct(mapSnapshot(rows, []), [])),
        client.query("COMMIT"),
      ]);
      return mapUndeclared([...rows, ...acting.rows]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      await rollBack(client, error);
      if (!isPassing(error) || looks === MAX_LOOKS) throw error;
    }
  }
}
