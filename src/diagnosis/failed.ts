import type { Failure } from "../report/report.ts";

/** Thrown where the code itself knows what went wrong and how to mend it; all else goes through `diagnose`. */
export class Failed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "Failed";
    this.failure = failure;
  }
}
