import type { Client } from "pg";
import type { UndeclaredLook } from "../model/snapshot.ts";
import { lookUntilDone } from "./catalog.ts";
import { whoCanAct } from "./roles.sql.ts";
import { mapSnapshot, mapUndeclared, type SnapshotRow } from "./snapshot.rows.ts";
import { BEGIN_READ_ONLY } from "./transaction.ts";
import { type Checked, undeclaredPrivileges } from "./undeclared.sql.ts";

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
  return lookUntilDone(client, async () => {
    const [, { rows }] = await Promise.all([
      client.query(BEGIN_READ_ONLY),
      client.query<SnapshotRow>(undeclaredPrivileges(checked, grantees)),
    ]);
    const [acting] = await Promise.all([
      client.query<SnapshotRow>(whoCanAct(mapSnapshot(rows), [])),
      client.query("COMMIT"),
    ]);
    return mapUndeclared([...rows, ...acting.rows]);
  });
}
