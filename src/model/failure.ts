/** What happened, in a sentence; the likeliest cause and the next thing to type. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Thrown where the cause and the next step are known; every other error goes through `diagnose`. */
export class ActionError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "ActionError";
    this.failure = failure;
  }
}
