import { start } from "../start.ts";
import { run } from "./main.ts";

start((signal) => run(process.env, signal));
