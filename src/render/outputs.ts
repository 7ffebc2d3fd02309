import type { Report, Verdict } from "../model/report.ts";
import { countIn } from "./findings.ts";

export interface Outputs {
  readonly verdict: Verdict;
  readonly "missing-count": number;
  readonly "granted-count": number;
  readonly "extra-count": number;
  readonly "revoked-count": number;
}

/** The outputs that are counted: objects, not privileges, for each database and grantee. */
export function outputsOf(report: Report): Outputs {
  return {
    verdict: report.verdict,
    "missing-count": countIn(report, "missing"),
    "granted-count": countIn(report, "granted"),
    "extra-count": countIn(report, "extra"),
    "revoked-count": countIn(report, "revoked"),
  };
}
