// Loaded into the action before its own code: its clocks of a second and more run ten times as fast, or FASTER times.
const TIMES = Number(process.env.FASTER ?? 10);
const shortened = (delay = 0) => (delay >= 1_000 ? Math.ceil(delay / TIMES) : delay);
/** Limits of 10 s and more, in which a peer has to answer, stay longer than an answer takes on a busy machine. */
const limit = (delay = 0) => Math.max(shortened(delay), delay < 10_000 ? 0 : 3_000);

const { setTimeout } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => setTimeout(work, limit(delay), ...args),
  setTimeout,
);

const { timeout } = AbortSignal;
AbortSignal.timeout = (delay) => timeout.call(AbortSignal, limit(delay));

const { default: timers } = await import("node:timers/promises");
const wait = timers.setTimeout;
timers.setTimeout = (delay, value, options) => wait(shortened(delay), value, options);

export {};
