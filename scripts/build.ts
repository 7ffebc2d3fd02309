/**
 * Builds dist/, or with --check compares it with what src builds: the runner runs what is committed. dist/index.cjs
 * is what every run needs; a package that src imports on demand is a file of its own, read by those who need it.
 * dist/licenses.txt has the licenses of all packages in them.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { licensesOf } from "./licenses.ts";

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
 * src needs only what @actions/core prints, not its HTTP client and undici, which take longer to load than Node.js takes
 * to start. esbuild drops them once it knows that loading them has no side effects.
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

/** The HTTP client of @actions/core always imports undici and needs it only for a proxy, so undici is loaded then. */
const whenUsed: Plugin = {
  name: "when-used",
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "when-used" }));
    build.onLoad({ filter: /./, namespace: "when-used" }, () => ({
      contents: 'module.exports = { get ProxyAgent() { return require("./undici.cjs").ProxyAgent; } };',
    }));
    build.onResolve({ filter: /^\.\/undici\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
};

const bundles = [
  { in: "src/index.ts", out: "index.cjs", plugins: [onDemand, unlessUsed] },
  { in: "src/principal/index.ts", out: "principal.cjs", plugins: [onDemand, unlessUsed] },
  { in: "@actions/core", out: "actions-core.cjs", plugins: [whenUsed] },
  { in: "undici", out: "undici.cjs", plugins: [] },
  { in: "@actions/github", out: "actions-github.cjs", plugins: [] },
  { in: "@azure/identity", out: "azure-identity.cjs", plugins: [] },
];

const checking = process.argv.includes("--check");
const built = await Promise.all(bundles.map(bundleOf));
const licenses = await licensesOf(built.flatMap(({ from }) => from));
const files = [...built, { path: join("dist", "licenses.txt"), contents: Buffer.from(licenses) }];
for (const { path, contents } of files) {
  if (!checking) await writeFile(path, contents);
  else if (!Buffer.from(contents).equals(await readFile(path).catch(() => Buffer.alloc(0)))) complain(path);
}
for (const name of await readdir("dist")) {
  const path = join("dist", name);
  if (files.some((file) => file.path === path)) continue;
  if (checking) complain(path);
  else await rm(path);
}

/** One file of dist, and the paths of the files that it is made from. */
async function bundleOf({ in: entry, out, plugins }: (typeof bundles)[number]) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    outfile: join("dist", out),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // The notices of code that a package has copied from others; the packages' own are in licenses.txt.
    legalComments: "inline",
    // pg asks for it and does without: https://github.com/brianc/node-postgres/tree/master/packages/pg-native
    external: ["pg-native"],
    // The JavaScript client, whatever the job's environment asks for.
    define: { "process.env.NODE_PG_FORCE_NATIVE": "undefined" },
    plugins,
    write: false,
    metafile: true,
  });
  const [output] = outputFiles;
  const inputs = Object.values(metafile.outputs).flatMap((made) => Object.entries(made.inputs));
  const from = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return { path: join("dist", out), contents: output?.contents ?? Buffer.alloc(0), from };
}

/** @azure/identity → azure-identity.cjs */
function fileOf(name: string): string {
  return `${name.slice(1).replace("/", "-")}.cjs`;
}

function complain(path: string): void {
  console.error(`${path} is not what src builds. Run npm run build and commit dist.`);
  process.exitCode = 1;
}
