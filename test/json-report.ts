import type { Failure } from "../src/model/failure.ts";
import type { Report } from "../src/model/report.ts";
import type { Sentence } from "../src/model/sentence.ts";

/** The report as other programs read it. */
export type JsonReport = Written<Report>;

/** A value with each sentence as plain text. */
type Written<T> = T extends Sentence
  ? string
  : T extends Failure
    ? JsonFailure
    : T extends object
      ? { readonly [K in keyof T]: Written<T[K]> }
      : T;

/** The problems of a failure are lines of its message; `docs` is a link to where it is explained. */
type JsonFailure = { readonly [K in keyof Omit<Failure, "problems">]: Written<Failure[K]> } & {
  readonly docs?: string;
};
