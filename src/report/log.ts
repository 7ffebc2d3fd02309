import { logLine, logLines, plain, visibleSql } from "./escape.ts";
import { byCause, explain, sourcesText } from "./findings.ts";
import { serverText } from "./headline.ts";
import type { DatabaseReport, GranteeReport, Named, Report } from "./report.ts";
import { count, countKinds, objectText } from "./words.ts";

/** A part of the job log that GitHub folds. Every line is safe to print. */
export interface LogGroup {
  readonly title: string;
  readonly lines: readonly string[];
}

const MOST_LINES = 200;

/** What the run found and did, a group for each database. */
export function logGroups(report: Report): readonly LogGroup[] {
  return report.databases.map((database) => ({
    title: logLine(
      `${plain.name(database.database)} on ${serverText(database, plain)}: ${verdictWord(database)}`,
    ),
    lines: [
      ...failure(database),
      ...database.grantees.flatMap((grantee) => granteeLines(report, database, grantee)),
      ...listed(
        report.mode === "apply" ? "Committed" : "Mode apply would run",
        database.statements.map(visibleSql),
      ),
    ],
  }));
}

function verdictWord({ verdict }: { readonly verdict: string }): string {
  return verdict === "error" ? "could not check" : verdict;
}

function failure({ error }: DatabaseReport | GranteeReport): readonly string[] {
  if (!error) return [];
  return [...logLines(error.message), ...logLines(error.hint)].filter((line) => line !== "");
}

function granteeLines(report: Report, { user }: DatabaseReport, grantee: GranteeReport): readonly string[] {
  const { tables, sequences, skipped } = grantee.objects;
  const looked = `${count(tables, "table")}, ${count(sequences, "sequence")}, ${skipped} skipped`;
  return [
    logLine(`${plain.name(grantee.grantee)}: ${verdictWord(grantee)}${grantee.error ? "" : ` (${looked})`}`),
    ...failure(grantee),
    ...changed("Granted", grantee.granted),
    ...changed("Revoked", grantee.revoked),
    ...byCause(grantee.missing).flatMap((cause) => {
      const { why, fix } = explain(cause, user, report.mode, plain);
      const title = `Missing on ${countKinds(cause.findings)} of ${plain.name(cause.owner)}`;
      return [
        ...listed(
          title,
          cause.findings.map((object) => `${objectText(object, plain)}: ${object.privileges.join(", ")}`),
        ),
        ...logLines(`${why} ${fix.replace("the SQL below", "the SQL in the job summary")}`),
      ];
    }),
    ...byCause(grantee.extra).flatMap((cause) => {
      const { why, fix } = explain(cause, user, report.mode, plain);
      return [
        ...listed(
          `More than asked for on ${countKinds(cause.findings)}`,
          cause.findings.map(
            (extra) =>
              `${objectText(extra, plain)}: ${extra.privileges.join(", ")} (${sourcesText(extra, plain)})`,
          ),
        ),
        ...logLines(`${why} ${fix.replace("the SQL below", "the SQL in the job summary")}`),
      ];
    }),
    ...grantee.warnings.flatMap(({ message }) => logLines(`Warning: ${message}`)),
  ];
}

function changed(verb: string, objects: GranteeReport["granted"]): readonly string[] {
  return listed(
    `${verb} on ${countKinds(objects)}`,
    objects.map((object) => `${objectText(object as Named, plain)}: ${object.privileges.join(", ")}`),
  );
}

/** A title and an indented line for each item, a long list cut. */
function listed(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const rest = items.length - MOST_LINES;
  return [
    logLine(`${title}:`),
    ...items.slice(0, MOST_LINES).map((item) => logLine(`  ${item}`)),
    ...(rest > 0 ? [`  and ${count(rest, "more")} in the JSON report`] : []),
  ];
}
