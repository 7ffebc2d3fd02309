import type { Env } from "../model/settings.ts";
import type { FirewallRule } from "./requests.ts";

/** Azure takes 1 to 80 letters, digits, `-` and `_`: https://learn.microsoft.com/rest/api/postgresql/firewall-rules/create-or-update */
const MAX_CHARACTERS = 80;

/** `azure-postgres-grants_<run ID>-<attempt>-<job>_<time>_<random>` */
const OUR_NAME = /^azure-postgres-grants_[A-Za-z0-9-]+_(\d{4})(\d\d)(\d\dT\d\d)(\d\dZ)_[0-9a-f]{8}$/;

/** A rule is stale when it is older than this, in milliseconds. No job on a GitHub-hosted runner runs that long. */
const MAX_AGE = 24 * 3600 * 1000;

/**
 * The name of a rule of this job and nobody else's.
 * @param random 8 hexadecimal digits
 */
export function ruleName({ GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB }: Env, now: Date, random: string): string {
  const run = [GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB].join("-").replaceAll(/[^A-Za-z0-9]+/g, "-");
  const time = `${now.toISOString().slice(0, 16).replaceAll(/[-:]/g, "")}Z`;
  const end = `_${time}_${random}`;
  return `azure-postgres-grants_${run}`.slice(0, MAX_CHARACTERS - end.length) + end;
}

/** The rules that this action made, in any run: they have its form of name, and are for a single address. */
export function ours(rules: readonly FirewallRule[]): readonly FirewallRule[] {
  return rules.filter(
    ({ name, properties: { startIpAddress, endIpAddress } }) => OUR_NAME.test(name) && startIpAddress === endIpAddress,
  );
}

/** Those of them that are older than a day: their jobs are over, and did not remove them. */
export function stale(rules: readonly FirewallRule[], now: Date): readonly FirewallRule[] {
  const madeAt = (name: string) => Date.parse(name.replace(OUR_NAME, "$1-$2-$3:$4"));
  return ours(rules).filter(({ name }) => now.getTime() - madeAt(name) > MAX_AGE);
}
