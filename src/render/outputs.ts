import type { Report } from "../model/report.ts";
import { countIn } from "./findings.ts";

/** The outputs that are counted: objects, not privileges, for each database and grantee. */
export function outputsOf(report: Report) {
  return {
    verdict: report.verdict,
    "missing-count": countIn(report, "missing"),
    "granted-count": countIn(report, "granted"),
    "extra-count": countIn(report, "extra"),
    "revoked-count": countIn(report, "revoked"),
  };
}
