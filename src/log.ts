import { info } from "@actions/core";
import { logLines } from "./text/escape.ts";

/** Writes text to the log, with each of its lines safe there. */
export function say(text: string): void {
  info(logLines(text).join("\n"));
}
