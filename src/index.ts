import { run } from "./main.ts";
import { start } from "./start.ts";

start(run);
