import type {
  DatabaseReport,
  Extra,
  GranteeReport,
  Kind,
  Missing,
  Named,
  ObjectCounts,
  Reason,
  Report,
} from "../model/report.ts";
import type { Pen } from "../text/escape.ts";
import { sourceText } from "./phrases.ts";

/** What is missing (or extra) for one cause: one owner, one reason, so one thing to do. */
export interface Cause<F extends Missing = Missing> {
  readonly owner: string;
  readonly reason: Reason;
  readonly findings: readonly F[];
  /** The fix, if all findings have the same. */
  readonly fix?: string;
  /** What all the fixes say after the SQL, which is each object's own; may be empty. */
  readonly advice: string;
}

/** Groups findings by owner and reason, in the order they turn up. */
export function byCause<F extends Missing>(findings: readonly F[]): readonly Cause<F>[] {
  const groups = Map.groupBy(findings, ({ owner, reason }) => `${reason}\0${owner}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { owner, reason, fix } = first;
    const advice = afterSql(fix);
    return [
      {
        owner,
        reason,
        findings: group,
        ...(group.every((finding) => finding.fix === fix) && { fix }),
        advice: group.every((finding) => afterSql(finding.fix) === advice) ? advice : "",
      },
    ];
  });
}

function afterSql(fix: string): string {
  return /;`? (.*)$/s.exec(fix)?.[1] ?? "";
}

/** Groups findings that differ in nothing but the name, or not even in the kind if `kindOf` makes no difference. */
export function alike<F extends Missing | Extra>(
  findings: readonly F[],
  kindOf: (kind: Kind) => string | number = (kind) => kind,
): readonly (readonly F[])[] {
  const groups = Map.groupBy(findings, (finding) =>
    [
      kindOf(finding.kind),
      finding.schema ?? "",
      finding.privileges.join(),
      "sources" in finding ? JSON.stringify(finding.sources) : "",
    ].join("\0"),
  );
  return [...groups.values()];
}

/** How many objects a list names: one counts once, though its privileges may be told in several places. */
export function objectsIn(list: readonly (Named & { readonly owner?: string })[]): number {
  const names = list.map(({ kind, schema, name, owner }) =>
    kind === "default-privileges" ? `${kind}\0${schema}\0${name}\0${owner}` : `${kind}\0${schema}\0${name}`,
  );
  return new Set(names).size;
}

/** What was looked at, each database once however many grantees it was looked at for. */
export function lookedAt({ databases }: Report): ObjectCounts {
  const counts = databases.flatMap(
    ({ grantees }) => grantees.find(({ error }) => error === undefined)?.objects ?? [],
  );
  return {
    tables: counts.reduce((sum, { tables }) => sum + tables, 0),
    sequences: counts.reduce((sum, { sequences }) => sum + sequences, 0),
    skipped: counts.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/** The objects of one kind of finding in the whole report, counted for each database and grantee. */
export function countIn(report: Report, list: "missing" | "granted" | "extra" | "revoked"): number {
  return granteesOf(report).reduce((sum, grantee) => sum + objectsIn(grantee[list]), 0);
}

export function granteesOf(report: Report): readonly GranteeReport[] {
  return report.databases.flatMap(({ grantees }) => grantees);
}

/** Whether extra privileges fail the job. */
export function extraIsDrift({ onExtra }: Report): boolean {
  return onExtra === "fail" || onExtra === "revoke";
}

/** The databases and grantees that could not be checked, whatever the level the error stands at. */
export function unchecked(databases: readonly DatabaseReport[]): {
  readonly databases: readonly DatabaseReport[];
  readonly grantees: readonly { readonly database: DatabaseReport; readonly grantee: GranteeReport }[];
} {
  return {
    databases: databases.filter(({ error }) => error !== undefined),
    grantees: databases.flatMap((database) =>
      database.error
        ? []
        : database.grantees
            .filter(({ error }) => error !== undefined)
            .map((grantee) => ({ database, grantee })),
    ),
  };
}

/** Where an extra privilege comes from. */
export function sourcesText(extra: Extra, pen: Pen): string {
  return extra.sources.map((source) => sourceText(source, pen)).join(", ");
}
