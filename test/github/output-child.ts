/** Publishes one of the reports in `test/render/reports.ts`, as the action does at its end: node child.cjs drift */
import { publish } from "../../src/github/output.ts";
import type { Report } from "../../src/model/report.ts";
import * as reports from "../render/reports.ts";

const REPORTS: Readonly<Record<string, () => Report>> = {
  drift: reports.drift,
  plan: reports.plan,
  repaired: reports.repaired,
  inSync: reports.inSync,
  error: reports.error,
  badInput: reports.badInput,
  ownerCannotLogIn: reports.ownerCannotLogIn,
  many: reports.many,
  fleet: reports.fleet,
  hostile: reports.hostile,
  large: () => reports.large(20_000),
};

const report = REPORTS[process.argv[2] ?? ""];
if (!report) throw new Error(`no report ${process.argv[2]}`);
publish(report(), process.env);
