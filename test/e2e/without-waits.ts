// Loaded into the action before its own code: the waits between two attempts take no time, all other timers theirs.
import { PATIENCE } from "../../src/retry.ts";

const waits = [1, 2, 4, 8].map((times) => times * PATIENCE.firstWait);
const original = globalThis.setTimeout;
const shortened = (work: () => void, delay?: number, ...args: []) =>
  original(work, waits.includes(delay ?? 0) ? 0 : delay, ...args);
globalThis.setTimeout = Object.assign(shortened, original);
