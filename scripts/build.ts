/**
 * Builds dist/, or with --check compares it with what src builds: the runner runs what is committed. dist/index.cjs
 * is what every run needs; a package that src imports on demand is a file of its own, read by those who need it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Plugin } from "esbuild";

const ON_DEMAND = ["@actions/core", "@actions/github", "@azure/identity"];

/** `await import("@azure/identity")` becomes `./azure-identity.cjs`. */
const onDemand: Plugin = {
  name: "on-demand",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) => {
      if (kind !== "dynamic-import" || !ON_DEMAND.includes(path)) return undefined;
      return { path: `./${fileOf(path)}`, external: true };
    });
  },
};

/**
 * src uses what @actions/core prints. Its HTTP client and undici, without which that does, would be loaded all the
 * same, unless esbuild is told that their loading by itself does nothing: they take longer than Node.js's own start.
 */
const unlessUsed: Plugin = {
  name: "unless-used",
  setup(build) {
    build.onResolve({ filter: /^@actions\/(http-client|exec)/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === unlessUsed) return undefined;
      const resolved = await build.resolve(path, { ...from, pluginData: unlessUsed });
      return { path: resolved.path, sideEffects: false };
    });
  },
};

const bundles = [
  { in: "src/index.ts", out: "index.cjs" },
  ...ON_DEMAND.map((name) => ({ in: name, out: fileOf(name) })),
];

for (const bundle of bundles) {
  const { outputFiles } = await build({
    entryPoints: [bundle.in],
    outfile: join("dist", bundle.out),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    legalComments: "linked",
    // pg asks for it and does without: https://github.com/brianc/node-postgres/tree/master/packages/pg-native
    external: ["pg-native"],
    // The JavaScript client, whatever the job's environment asks for.
    define: { "process.env.NODE_PG_FORCE_NATIVE": "undefined" },
    plugins: bundle.in === "src/index.ts" ? [onDemand, unlessUsed] : [],
    write: false,
  });
  for (const { path, contents } of outputFiles) await writeOrCompare(join("dist", basename(path)), contents);
}

/** @azure/identity → azure-identity.cjs */
function fileOf(name: string): string {
  return `${name.slice(1).replace("/", "-")}.cjs`;
}

async function writeOrCompare(path: string, contents: Uint8Array): Promise<void> {
  if (!process.argv.includes("--check")) {
    await writeFile(path, contents);
  } else if (!Buffer.from(contents).equals(await readFile(path).catch(() => Buffer.alloc(0)))) {
    console.error(`${path} is not what src builds. Run npm run build and commit dist.`);
    process.exitCode = 1;
  }
}
