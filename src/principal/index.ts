import { setFailed } from "@actions/core";
import { run } from "./main.ts";

run().catch((error: unknown) => setFailed(String(error)));
