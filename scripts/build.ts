/** Builds dist/index.cjs, or with --check compares it with what src builds: the runner runs what is committed. */
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const OUT = "dist/index.cjs";

const { outputFiles } = await build({
  entryPoints: ["src/index.ts"],
  outfile: OUT,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  legalComments: "linked",
  // pg asks for it and does without: https://github.com/brianc/node-postgres/tree/master/packages/pg-native
  external: ["pg-native"],
  // The JavaScript client, whatever the job's environment asks for.
  define: { "process.env.NODE_PG_FORCE_NATIVE": "undefined" },
  write: false,
});

for (const file of outputFiles) {
  const path = file.path.slice(file.path.lastIndexOf("dist/"));
  if (!process.argv.includes("--check")) {
    await writeFile(path, file.contents);
  } else if (!Buffer.from(file.contents).equals(await readFile(path).catch(() => Buffer.alloc(0)))) {
    console.error(`${path} is not what src builds. Run npm run build and commit dist.`);
    process.exitCode = 1;
  }
}
