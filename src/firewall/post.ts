import { warning } from "@actions/core";
import { closeFirewall } from "./close.ts";

closeFirewall().catch((error: unknown) => warning(String(error)));
