import { setFailed } from "@actions/core";
import { main } from "./main.ts";

main(process.env).catch((error: unknown) => setFailed(String(error)));
