import { start } from "../start.ts";
import { closeFirewall } from "./close.ts";

/** A rule that is open is worse than a late end: a removal under way has this many milliseconds left. */
const GRACE_TIME = 4_000;

start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
