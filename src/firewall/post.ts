import { start } from "../start.ts";
import { closeFirewall } from "./close.ts";

/** Milliseconds that a removal may still take after a signal: an open rule is worse than a late end. */
const GRACE_TIME = 4_000;

start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
