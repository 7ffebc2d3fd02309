import { setFlagsFromString } from "node:v8";

/**
 * Ends the optimization of code, which only a long run needs. If V8 optimizes while Node.js ends the process, and needs
 * memory for it, Node.js waits forever: https://github.com/nodejs/node/issues/54918
 */
export function stopOptimizing(): void {
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--no-turbofan");
}
