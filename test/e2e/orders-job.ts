import { IDENTITIES, type Sandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { type Run, runAction } from "./run-action.ts";

/** The objects of the seed: six tables, a partitioned one, a view, a materialized view, four sequences. */
export const OBJECTS = 13;

/** Runs the action by OIDC as the role that owns the tables, for aad_orders, unless the inputs say otherwise. */
export function runJob(
  sandbox: Sandbox,
  inputs: Record<string, string>,
  env: Record<string, string> = sandbox.env,
): Promise<Run> {
  return runAction(
    {
      "client-id": IDENTITIES.migrator.clientId,
      "tenant-id": TENANT_ID,
      user: "migrator",
      grantee: "aad_orders",
      host: sandbox.server.host,
      port: String(sandbox.server.port),
      ...inputs,
    },
    env,
  );
}
