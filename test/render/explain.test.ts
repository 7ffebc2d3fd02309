import { expect, test } from "vitest";
import { REASONS, type Reason } from "../../src/model/reasons.ts";
import type { Report } from "../../src/model/report.ts";
import { annotations } from "../../src/render/annotations.ts";
import { issueBody, subjectsOf } from "../../src/render/issue.ts";
import { logGroups } from "../../src/render/log.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { githubTree } from "./github-html.ts";
import * as reports from "./reports.ts";
import { textIn } from "./tree.ts";

/** The text at each destination, without the backticks around code. */
const DESTINATIONS: Readonly<Record<string, (report: Report) => string>> = {
  "the summary": (report) => textIn(githubTree(renderSummary(report))),
  "the drift issue": (report) =>
    subjectsOf(report)
      .map((subject) => textIn(githubTree(issueBody(subject, "a run"))))
      .join("\n"),
  "the log": (report) => plainText(logGroups(report).flatMap(({ lines }) => lines)),
  "an annotation": (report) => plainText(annotations(report).map(({ message }) => message)),
};

/** The compiler checks that no reason is left out. */
const EXPECTED: Readonly<Record<Reason, readonly string[]>> = {
  "not-granted": [
    '"ci-admin" can grant this.',
    "Run this action with mode: apply.",
    'Or run as "ci-admin": GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
  ],
  "not-revoked": [
    '"ci-admin" can revoke this.',
    'Run as "ci-admin": REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
    "Or run this action with mode: apply and on-extra: revoke. If the grantee's entry in grants-file sets on-extra, change it there.",
  ],
  "session-role": [
    "Sessions of the grantee begin as another role (ALTER ROLE … SET role), and this action grants privileges to the grantee only.",
    'Run as "ci-admin": GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
    "Or add that role to the input grantee, or remove the setting with ALTER ROLE … RESET role.",
  ],
  "read-only": [
    "This server is read-only: it is a replica, or its storage is nearly full.",
    "Run this action for the primary server, from which a replica gets its privileges: mode: apply grants there, and mode: plan shows the SQL.",
  ],
  "not-owner": [
    '"ci-admin" has neither the privileges of migrator nor the grant option.',
    'Run as migrator: GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
    'Or let "ci-admin" act as migrator: GRANT "migrator" TO "ci-admin" WITH INHERIT TRUE, SET TRUE; entra_admin can run this.',
  ],
  "owner-lacks-usage": [
    "migrator does not have USAGE on the schema.",
    'Run as schema_owner: GRANT USAGE ON SCHEMA "public" TO "migrator";',
    'Then run as migrator: GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
  ],
  "role-gone": [
    "The role that owns the object or granted the privilege was dropped, and the catalogs still mention its OID.",
    "As a superuser, set an owner with ALTER … OWNER TO, or create the object again.",
  ],
  locked: [
    "Another session held a lock on the object for too long or changed it at the same time, or the server's table of locks was full",
    "Run this step again when the other migration or job has finished, and let them run one after another.",
  ],
  refused: [
    "The server refused the statement.",
    "Run this step again. If that changes nothing, an event trigger or an extension refuses the change.",
    'Or run as migrator: GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
  ],
  "without-effect": [
    "The server accepted the statement, but the privilege did not change, or changed back.",
    "Run this step again. If that changes nothing, an event trigger or an extension undoes the change, or the role that acted lacks the grant option: let the owner of the object make the change.",
    'Or run as migrator: GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
  ],
  "not-tried": [
    "The server refused the same change for several objects with the same owner and privileges, so this one was not tried.",
    'Run as migrator: GRANT INSERT, UPDATE ON TABLE "public"."t" TO "aad_orders";',
  ],
  "not-direct": [
    "The grantee holds the privilege through a role or PUBLIC, so a REVOKE from the grantee changes nothing.",
    "Revoke it from that role or from PUBLIC, so that all who hold it by them lose it: REVOKE <privilege> ON <object> FROM <role>;",
    "Of future objects, revoke it as the role that creates them: ALTER DEFAULT PRIVILEGES [IN SCHEMA <schema>] REVOKE <privilege> ON TABLES FROM <role>;",
    "Or remove the grantee from the role: REVOKE <role> FROM <grantee>;",
  ],
  "other-grantor": [
    '"ci-admin" cannot act as the role that granted the privilege.',
    'Run as former_admin: REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
  ],
  "grantor-lacks-option": [
    "The role that granted the privilege no longer holds the grant option, so no role can revoke it.",
  ],
  "dependent-privileges": [
    "The grantee granted the privilege to other roles, and this action never uses CASCADE.",
    "Only the grantee can revoke the privilege from them.",
    'Run as former_admin: REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
  ],
  "grantor-lacks-usage": [
    "The role that granted the privilege does not have USAGE on the schema.",
    'Run as schema_owner: GRANT USAGE ON SCHEMA "public" TO "former_admin";',
    'Then run as former_admin: REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
  ],
  "column-privileges": [
    "The privilege is granted on columns.",
    'Run as former_admin: REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
  ],
  "for-all-schemas": [
    "The default privileges are for all schemas of the database. This action revokes those of the schemas that it checks.",
    'Run as former_admin: REVOKE DELETE ON TABLE "public"."t" FROM "aad_orders";',
  ],
  "is-owner": [
    "aad_orders owns it, so it can do more there than the privilege lists say.",
    'Give it to another role: ALTER SCHEMA "audit" OWNER TO "<new owner>";',
  ],
  "can-act-as-owner": [
    "The grantee can act as migrator, which owns what this action checks, so it can do more than the privilege lists say.",
    'Run as team_admin: REVOKE "developers" FROM "aad_orders" GRANTED BY "team_admin";',
    "What the grantee holds only by the membership goes with it: run this action afterwards with mode: apply.",
  ],
  "other-identity": [
    "aad_orders is bound to object ID 0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04, not to 0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03, so the app cannot sign in.",
    `Run as a member of azure_pg_admin in database postgres: SECURITY LABEL FOR "pgaadauth" ON ROLE "aad_orders" IS 'aadauth,oid=0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03,type=service';`,
    "The member must be a Microsoft Entra administrator.",
  ],
  "no-identity": [
    "aad_orders is not bound to a Microsoft Entra identity, so object ID 0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03 cannot sign in as it.",
    "As a Microsoft Entra administrator in database postgres, run",
  ],
};

const EACH = Object.entries(EXPECTED).flatMap(([reason, lines]) =>
  Object.keys(DESTINATIONS).map((where) => [reason as Reason, where, lines] as const),
);

test.each(EACH)("%s: %s says why and what to do", (reason, where, lines) => {
  const text = DESTINATIONS[where]?.(reports.because(reason, ["t"])) ?? "";
  for (const line of lines) expect(text).toContain(line);
});

const SEVERAL = Object.keys(DESTINATIONS).flatMap((where) =>
  (Object.keys(REASONS) as Reason[])
    .filter((reason) => !reports.SINGLE.includes(reason))
    .map((reason) => [reason, where] as const),
);

test.each(SEVERAL)("%s: for several objects, %s says where the SQL is and keeps the advice", (reason, where) => {
  const text = DESTINATIONS[where]?.(reports.because(reason, ["t", "a; b"])) ?? "";
  const shown = where === "the summary" || where === "the drift issue" ? "below" : "in the job summary";
  const place = reason === "dependent-privileges" ? "in the JSON report" : shown;
  const [why = "", ...rest] = EXPECTED[reason];
  expect(text).toContain(why);
  const sql = rest.filter((line) => /^(Run|Or run|Then run) as /.test(line));
  const who = /^(Run|Or run) as ("?[\w-]+"?)/.exec(sql[0] ?? "");
  if (sql.length === 1) expect(text).toContain(`${who?.[1]} the SQL ${place} as ${who?.[2]}.`);
  if (sql.length === 2) expect(text).toContain(`Run the SQL ${place} in the order shown.`);
  if (sql.length === 0) expect(text).not.toContain("Run the SQL");
  for (const advice of rest.filter((line) => !sql.includes(line))) expect(text).toContain(advice);
});

test.each(["the summary", "the drift issue"])("%s runs SQL in order if one of several objects needs it", (where) => {
  const [first, ...others] = reports.because("owner-lacks-usage", ["t", "u"]).databases[0]?.grantees[0]?.missing ?? [];
  if (first === undefined) throw new Error("no finding");
  const { first: _, ...fix } = first.fix;
  const grantees = [reports.grantee({ verdict: "drift", missing: [{ ...first, fix }, ...others] })];
  const report = reports.report([reports.database({ verdict: "drift", grantees })]);
  expect(DESTINATIONS[where]?.(report)).toContain("in the order shown.");
});

/** On Azure, azure_pg_admin owns what its members' migrations create, and nobody can sign in as it. */
const MEMBERSHIP =
  'Or let "ci-admin" act as azure_pg_admin: GRANT "azure_pg_admin" TO "ci-admin" WITH INHERIT TRUE, SET TRUE; entra_admin can run this.';

test.each(Object.keys(DESTINATIONS))(
  "%s says that a member runs the SQL of an owner that cannot log in, and keeps the membership advice",
  (where) => {
    for (const tables of [["orders", "order_lines"], ["a; b", "c"], ["a; b"]]) {
      const text = DESTINATIONS[where]?.(reports.ownerCannotLogIn(tables)) ?? "";
      expect(text).toContain(
        tables.length > 1
          ? `Run the SQL ${where.startsWith("the log") || where.startsWith("an") ? "in the job summary" : "below"} as a member of azure_pg_admin.`
          : 'Run as a member of azure_pg_admin: SET ROLE "azure_pg_admin"; GRANT INSERT, UPDATE ON TABLE "public"."a; b" TO "aad_orders";',
      );
      expect(text).toContain(MEMBERSHIP);
    }
  },
);

test("the title of an SQL block says that a member of the role runs it", () => {
  const report = reports.ownerCannotLogIn();
  const title = "<summary><b>SQL for a member of <code>azure_pg_admin</code></b> (3 statements";
  expect(renderSummary(report)).toContain(title);
  for (const subject of subjectsOf(report)) expect(issueBody(subject, "a run")).toContain(title);
  expect(renderSql(report)).toContain("-- -- To run as a member of azure_pg_admin:\n-- BEGIN;\n");
  const long = Array.from({ length: 3_000 }, (_, i) => `table_${i}`);
  expect(renderSummary(reports.ownerCannotLogIn(long))).toContain(
    "**SQL for a member of `azure_pg_admin`** (3,001 statements): too long to show here.",
  );
});

/** Backticks set off code, and the log indents. */
function plainText(lines: readonly string[]): string {
  return lines.join("\n").replaceAll("`", "");
}
