// Loaded into the action before its own code: the waits between two attempts take no time, all other timers theirs.
import timers from "node:timers/promises";
import { PATIENCE } from "../../src/retry.ts";

const waits = [1, 2, 4, 8].map((times) => times * PATIENCE.firstWait);
const shortened = (delay = 0) => (waits.includes(delay) ? 0 : delay);

const { setTimeout } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) =>
    setTimeout(work, shortened(delay), ...args),
  setTimeout,
);
const wait = timers.setTimeout;
timers.setTimeout = (delay, value, options) => wait(shortened(delay), value, options);
