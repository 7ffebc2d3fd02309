import { setFailed } from "@actions/core";
import { diagnose } from "./diagnosis/diagnose.ts";
import { cancelled } from "./model/failure.ts";
import type { Env } from "./model/settings.ts";
import { failureLines } from "./render/failure.ts";

/**
 * Runs an action, and ends the process after it. A signal of the runner, and an error that nobody catches, end the action
 * early and fail the step.
 * @param action gets the environment; ends early when the signal aborts, and reports what it did
 * @param grace milliseconds that the action may go on after a signal of the runner
 */
export function start(action: (env: Env, signal: AbortSignal) => Promise<void>, grace = 0): void {
  const stopping = new AbortController();
  const { signal } = stopping;

  // The runner sends SIGINT, 7.5 s later SIGTERM, and 2.5 s later it kills:
  // https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation
  for (const name of ["SIGINT", "SIGTERM"])
    process.on(name, () => setTimeout(() => stopping.abort(cancelled(name)), grace));
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (thrown) => stopping.abort(thrown instanceof Error ? thrown : new Error(String(thrown))));

  // Nobody reads the log any more, or there is no room for it. The outputs, the summary and the exit code have the result.
  process.stdout.on("error", () => {});

  action(process.env, signal)
    .catch(fail)
    .finally(() => {
      if (signal.aborted && !process.exitCode) fail(signal.reason); // the action had reported before
      // A socket, timer or child process must not keep the job waiting. The callback waits for output to a pipe.
      process.stdout.write("", () => process.exit());
    });
}

function fail(error: unknown): void {
  setFailed(failureLines(diagnose(error)).join("\n"));
}
