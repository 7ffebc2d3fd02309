import type { Warning } from "../model/report.ts";
import type { Sentence } from "../model/sentence.ts";

/** A warning, or none without a message. */
export function warning(code: string, message: Sentence | undefined): readonly Warning[] {
  return message === undefined ? [] : [{ code, message }];
}
