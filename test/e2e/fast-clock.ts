// Loaded into the action before its own code: its clock runs CLOCK_SPEED times as fast, so that it waits in seconds for
// what takes minutes. Time limits run LIMIT_SPEED times as fast, if that is set. `new Date()` stays as it is.
import timers from "node:timers/promises";

const speed = Number(process.env.CLOCK_SPEED);
const limitSpeed = Number(process.env.LIMIT_SPEED ?? speed);
const start = Date.now();
const { now } = Date;
Date.now = () => start + (now() - start) * speed;

const { setTimeout: later } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => later(work, delay / limitSpeed, ...args),
  later,
);
const { setTimeout: wait } = timers;
timers.setTimeout = (delay = 0, value, options) => wait(delay / speed, value, options);

const { timeout } = AbortSignal;
AbortSignal.timeout = (delay) => timeout.call(AbortSignal, Math.ceil(delay / limitSpeed));
