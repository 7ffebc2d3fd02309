/** jq as WebAssembly, for machines that have none: `jq [FLAGS] FILTER FILE`. */
import { readFile } from "node:fs/promises";
import { raw } from "jq-wasm";

const [filter = "", file = ""] = process.argv.slice(-2);
console.log(await raw(await readFile(file, "utf8"), filter, process.argv.slice(2, -2)));
