import { start } from "../start.ts";
import { openFirewall } from "./open.ts";

start((signal) => openFirewall(process.env, signal));
