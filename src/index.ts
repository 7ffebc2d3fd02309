import { setFailed } from "@actions/core";
import { run } from "./main.ts";
import { cancelled } from "./model/failure.ts";

/** Ends the run early, with the reason: nothing that throws, and no signal, gets past the report. */
const stopping = new AbortController();
const { signal } = stopping;

// The runner sends SIGINT, 7.5 s later SIGTERM, and 2.5 s later it kills:
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => stopping.abort(cancelled(name)));
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error) => stopping.abort(error));

run(process.env, signal)
  .catch((error: unknown) => setFailed(String(error)))
  .finally(() => {
    if (signal.aborted) process.exitCode = 1; // also after the report
    // A socket, timer or child process left behind must not keep the job waiting. Output to a pipe may be under way.
    process.stdout.write("", () => process.exit());
  });
