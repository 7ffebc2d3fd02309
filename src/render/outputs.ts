import type { Report } from "../model/report.ts";
import { count, grouped, series } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { checkedIn, countsOf, targetsOf } from "./findings.ts";
import { headline } from "./headline.ts";
import { plain } from "./pen.ts";
import { targetsIn, VERDICTS } from "./phrases.ts";

/** The outputs that are made from the report. Counts are of objects, not privileges, for each database and grantee. */
export function outputsOf(report: Report) {
  const { missing, granted, extra, revoked } = countsOf(checkedIn(report.databases));
  return {
    verdict: report.verdict,
    message: chatMessage(report),
    "missing-count": missing,
    "granted-count": granted,
    "extra-count": extra,
    "revoked-count": revoked,
  };
}

const MAX_CHARACTERS = 1_000;

/** One line for a chat: the verdict, the number of targets with each verdict, the worst one, and a link to the run. */
function chatMessage(report: Report): string {
  const targets = targetsOf(report);
  const [worst] = targets;
  const isBad = worst?.verdict === "drift" || worst?.verdict === "error";
  const error = report.error ?? worst?.error;
  const counts = groupsOf(targets, ({ verdict }) => verdict).map(
    ([{ verdict }, ...others]) => `${grouped(others.length + 1)} ${VERDICTS[verdict]}`,
  );
  const text = [
    headline(report, plain),
    ...(targets.length > 1 ? [`${count(targets.length, "target")}: ${series(counts)}.`] : []),
    ...(targets.length > 1 && isBad ? [`The worst: ${targetsIn(report, plain)(worst)}.`] : []),
    ...(error ? [plain.sentence(error.message)] : []),
  ].join(" ");
  const url = report.run?.url;
  return withoutMarkup(text.slice(0, MAX_CHARACTERS)) + (url === undefined ? "" : ` ${url}`);
}

/** Letters, digits and punctuation that no chat reads as a format, a mention, an emoji or a link. */
function withoutMarkup(text: string): string {
  return text.replaceAll("`", "").replaceAll(/\s+/g, " ").replaceAll(MARKUP, "?");
}

const MARKUP = /[^\p{L}\p{N} .,;:()'"_=+%-]|:(?! |$)|_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_/gu;
