import { setFailed } from "@actions/core";
import { openFirewall } from "./open.ts";

openFirewall().catch((error: unknown) => setFailed(String(error)));
