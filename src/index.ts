import { run } from "./main.ts";
import { start } from "./start.ts";

start((signal) => run(process.env, signal));
