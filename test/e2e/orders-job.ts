import { migratorInputs, type Sandbox } from "../sandbox/sandbox.ts";
import { type Run, runAction } from "./run-action.ts";

/** The objects of the seed: six tables, a partitioned one, a view, a materialized view, four sequences. */
export const OBJECTS = 13;

/** Runs the action by OIDC as the role that owns the tables, for aad_orders, unless the inputs say otherwise. */
export function runJob(
  sandbox: Sandbox,
  inputs: Record<string, string>,
  env: Record<string, string> = sandbox.env,
): Promise<Run> {
  return runAction({ ...migratorInputs(sandbox.server.port), ...inputs }, env);
}
