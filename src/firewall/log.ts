import { info } from "@actions/core";
import { logLine } from "../text/escape.ts";

/** Writes one line to the log. */
export function say(line: string): void {
  info(logLine(line));
}
