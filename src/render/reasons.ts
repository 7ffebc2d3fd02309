import type { DatabaseReport, Reason } from "../model/report.ts";
import type { Pen } from "../text/escape.ts";
import type { Cause } from "./findings.ts";

/** Why something is missing or extra, and what to do about it. */
export interface Explanation {
  readonly why: string;
  readonly fix: string;
}

export interface Setting {
  readonly database: DatabaseReport;
  readonly pen: Pen;
  /** Where the reader finds the SQL, e.g. `the SQL below`. */
  readonly sql: string;
}

/**
 * Words for a cause: the findings' own fix where it is one, else words that fit them all.
 * Backticks set off code, for any pen: they read well in a log too.
 */
export function explain(cause: Cause, setting: Setting): Explanation {
  const { pen } = setting;
  const words = explanationOf(cause, setting);
  const why = words?.why ?? `The reason is ${pen.code(cause.reason)}.`;
  if (cause.fix !== undefined) return { why, fix: pen.text(cause.fix) };
  if (words === undefined) return { why, fix: pen.text(cause.findings[0]?.fix ?? "") };
  return { why, fix: `${words.fix} ${pen.text(cause.advice)}`.trimEnd() };
}

/** Undefined for a reason that is newer than these words. */
function explanationOf(cause: Cause, { database, pen, sql }: Setting): Explanation | undefined {
  const owner = pen.name(cause.owner);
  const login = pen.name(database.user);
  const runAsOwner = `Run ${sql} as ${owner}.`;
  const reason: Reason = cause.reason;
  switch (reason) {
    case "not-granted":
      return {
        why: `${login} may grant this.`,
        fix: `Run this action with \`mode: apply\`, or ${sql} as ${login}.`,
      };
    case "not-revoked":
      return {
        why: `${login} may revoke this.`,
        fix: `Run this action with \`on-extra: revoke\` in \`mode: apply\`, or ${sql} as ${login}.`,
      };
    case "not-owner":
      return {
        why: `${login} has neither the rights of ${owner} nor the grant option.`,
        fix: runAsOwner,
      };
    case "owner-lacks-usage":
      return { why: `${owner} may not use the schema it is in.`, fix: `Run ${sql}, in its order.` };
    case "locked":
      return {
        why: "Another session held a lock on it for too long.",
        fix: "Run this step again when the migration or job that holds it is done.",
      };
    case "refused":
      return { why: "The server refused, although the rights seemed to be there.", fix: runAsOwner };
    case "read-only":
      return {
        why: "The server takes no writes: a replica, or set read-only.",
        fix: "Use the primary as `host`.",
      };
    case "gone":
      return {
        why: "It was dropped, or dropped and made anew, while this ran.",
        fix: "Run this step again, after what changes the schema.",
      };
    case "not-direct":
      return {
        why: "It comes by a role or PUBLIC: revoking it from the grantee would change nothing.",
        fix: "Take it from where it comes from, or the grantee out of that role.",
      };
    case "other-grantor":
      return {
        why: `It was granted by a role that ${login} cannot act as.`,
        fix: `Have that role run ${sql}.`,
      };
    case "dependent-privileges":
      return {
        why: "The grantee has granted it on, and this action never uses CASCADE.",
        fix: "Revoke it from the others first.",
      };
    case "column-privileges":
      return {
        why: "It is held on columns; revoking it on the table would take those grants too.",
        fix: "Revoke it there, column by column, if nobody needs it.",
      };
    default:
      return undefined;
  }
}
