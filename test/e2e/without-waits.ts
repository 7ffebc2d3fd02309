// Loaded into the action before its own code: the waits between attempts take no time; other timers are unchanged.
import timers from "node:timers/promises";
import { PATIENCE } from "../../src/retry.ts";

const waits = [1, 2, 4, 8].map((times) => times * PATIENCE.firstWait);

const { setTimeout } = timers;
timers.setTimeout = (delay = 0, value, options) => setTimeout(waits.includes(delay) ? 0 : delay, value, options);
