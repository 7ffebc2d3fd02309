// Loaded into the action before its own code: its clocks of a second and more run ten times as fast, or FASTER times.
const TIMES = Number(process.env.FASTER ?? 10);
const shortened = (delay = 0) => (delay >= 1_000 ? Math.ceil(delay / TIMES) : delay);

const { setTimeout } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) =>
    setTimeout(work, shortened(delay), ...args),
  setTimeout,
);

const { timeout } = AbortSignal;
AbortSignal.timeout = (delay) => timeout.call(AbortSignal, shortened(delay));

const { default: timers } = await import("node:timers/promises");
const wait = timers.setTimeout;
timers.setTimeout = (delay, value, options) => wait(shortened(delay), value, options);

export {};
