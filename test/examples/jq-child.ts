/** jq as WebAssembly, for machines that have none: `jq [OPTION…] FILTER [FILE…]`. Without files, it reads nothing. */
import { readFileSync } from "node:fs";
import { raw } from "jq-wasm";

const words = process.argv.slice(2);
const options: string[] = [];
while (words[0]?.startsWith("--")) options.push(...words.splice(0, words[0] === "--arg" ? 3 : 1));
const [filter = "", ...files] = words;
console.log(await raw(files.map((file) => readFileSync(file, "utf8")).join("\n"), filter, options));
