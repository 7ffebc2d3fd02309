import type {
  DatabaseReport,
  Extra,
  Fix,
  GranteeReport,
  Kind,
  Missing,
  Named,
  ObjectCounts,
  Reason,
  Report,
} from "../model/report.ts";
import { groupsOf } from "../text/groups.ts";

/** The findings with one cause: one owner and one reason, and therefore one thing to do. */
export interface Cause<F extends Missing = Missing> {
  readonly owner: string;
  readonly reason: Reason;
  readonly findings: readonly F[];
  /** The fix that all findings share: SQL only if it is the same for all. */
  readonly fix: Fix;
  /** True if another role has to run something before. */
  readonly inOrder: boolean;
}

/** Groups findings by owner, reason, the role that fixes them and the note, in the order in which they come. */
export function byCause<F extends Missing>(findings: readonly F[]): readonly Cause<F>[] {
  return causesOnce(findings) as readonly Cause<F>[];
}

const causesOnce = oncePerList((findings: readonly Missing[]) => causesOf(findings));

/** Computes a value once for each list: the log, the summary, the outputs and the annotations are about the same lists. */
function oncePerList<T, R>(compute: (list: readonly T[]) => R): (list: readonly T[]) => R {
  const known = new WeakMap<readonly T[], R>();
  return (list) => {
    const value = known.get(list) ?? compute(list);
    known.set(list, value);
    return value;
  };
}

function causesOf<F extends Missing>(findings: readonly F[]): readonly Cause<F>[] {
  const keyOf = ({ owner, reason, fix }: F) => `${reason}\0${owner}\0${fix.as}\0${JSON.stringify(fix.note)}`;
  return groupsOf(findings, keyOf).map((group) => {
    const [{ owner, reason, fix }] = group;
    const { sql: _, first: __, ...shared } = fix;
    const sameSql = group.every((finding) => finding.fix.sql === fix.sql);
    return {
      owner,
      reason,
      findings: group,
      fix: sameSql ? fix : shared,
      inOrder: group.some((finding) => finding.fix.first !== undefined),
    };
  });
}

/** Groups findings that differ only in the name, or in the kind too if `kindOf` maps kinds to one. */
export function alike<F extends Missing | Extra>(
  findings: readonly F[],
  kindOf: (kind: Kind) => string | number = (kind) => kind,
): readonly (readonly [F, ...F[]])[] {
  return groupsOf(findings, (finding) =>
    [kindOf(finding.kind), finding.schema ?? "", contentKey(finding)].join("\0"),
  );
}

/** The first entry of each object: one object has several for several grantors, or for privileges on columns. */
export function distinctIn<F extends Named & { readonly owner?: string }>(list: readonly F[]): readonly F[] {
  return distinctOnce(list) as readonly F[];
}

const distinctOnce = oncePerList((list: readonly (Named & { readonly owner?: string })[]) => {
  const first = new Map<string, (typeof list)[number]>();
  for (const each of list) {
    const key = objectKey(each);
    if (!first.has(key)) first.set(key, each);
  }
  return first.size === list.length ? list : [...first.values()];
});

function objectKey({ kind, schema, name, owner }: Named & { readonly owner?: string }): string {
  return `${kind}\0${schema}\0${name}${kind === "default-privileges" ? `\0${owner}` : ""}`;
}

/** The first of the findings that read the same, because they differ only in the grantor. */
export function distinctRows<F extends Missing | Extra>(findings: readonly F[]): readonly F[] {
  if (distinctIn(findings).length === findings.length) return findings;
  return groupsOf(findings, (finding) => `${objectKey(finding)}\0${contentKey(finding)}`).map(
    ([first]) => first,
  );
}

function contentKey(finding: Missing | Extra): string {
  return `${finding.privileges.join()}\0${"sources" in finding ? JSON.stringify(finding.sources) : ""}`;
}

/** What was checked, each database once however many grantees it was checked for. */
export function lookedAt({ databases }: Report): ObjectCounts {
  const counts = databases.flatMap(
    ({ error, grantees }) =>
      (error === undefined && grantees.find((grantee) => grantee.error === undefined)?.objects) || [],
  );
  const routines = counts.flatMap(({ routines }) => routines ?? []);
  return {
    tables: counts.reduce((sum, { tables }) => sum + tables, 0),
    sequences: counts.reduce((sum, { sequences }) => sum + sequences, 0),
    ...(routines.length > 0 && { routines: routines.reduce((sum, n) => sum + n, 0) }),
    skipped: counts.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/** The objects of one kind of finding in the whole report, counted for each database and grantee. */
export function countIn(report: Report, list: "missing" | "granted" | "extra" | "revoked"): number {
  return granteesOf(report).reduce((sum, grantee) => sum + distinctIn<Named>(grantee[list]).length, 0);
}

/** The grantees of all databases. */
export function granteesOf(report: Report): readonly GranteeReport[] {
  return report.databases.flatMap(({ grantees }) => grantees);
}

/** The databases and grantees that could not be checked; the error may be the database's or the grantee's. */
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
