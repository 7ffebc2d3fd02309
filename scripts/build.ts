/**
 * Builds dist/, or with --check compares it with what src builds, because the runner runs the committed files. Each
 * entry of an action is a file (dist/index.cjs is the main action's); the packages that src imports on demand are
 * separate files, which the actions share. dist/licenses.txt has the licenses of all packages in them.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { licensesOf } from "./licenses.ts";

/** The file of each package that src imports on demand. Azure's HTTP pipeline is a part of `@azure/identity`. */
const ON_DEMAND = new Map([
  ["@actions/http-client", "actions-http-client.cjs"],
  ["@actions/github", "actions-github.cjs"],
  ["@azure/identity", "azure-identity.cjs"],
  ["@azure/core-rest-pipeline", "azure-identity.cjs"],
  ["yaml", "yaml.cjs"],
]);

/** `await import("@azure/identity")` becomes `./azure-identity.cjs`. */
const onDemand: Plugin = {
  name: "on-demand",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) => {
      const file = kind === "dynamic-import" ? ON_DEMAND.get(path) : undefined;
      return file === undefined ? undefined : { path: `./${file}`, external: true };
    });
  },
};

/**
 * src needs only what @actions/core prints, not its summary, its HTTP client and undici, which take longer to load than Node.js
 * takes to start. esbuild drops them once it knows that loading them has no side effects.
 */
const unlessUsed: Plugin = {
  name: "unless-used",
  setup(build) {
    build.onResolve(
      { filter: /^@actions\/(http-client|exec)|^\.\/summary(\.js)?$/ },
      async ({ path, pluginData, ...from }) => {
        if (pluginData === unlessUsed) return undefined;
        const resolved = await build.resolve(path, { ...from, pluginData: unlessUsed });
        return { path: resolved.path, sideEffects: false };
      },
    );
  },
};

/**
 * What packages always import and use only sometimes: for a proxy, for GitHub's API, or for a certificate in place of a secret.
 * Each is evaluated when one of these exports is read. undici has a file of its own.
 */
const SELDOM_USED: Readonly<Record<string, { exports: readonly string[]; file?: string }>> = {
  undici: { exports: ["ProxyAgent", "fetch"], file: "./undici.cjs" },
  "http-proxy-agent": { exports: ["HttpProxyAgent"] },
  "https-proxy-agent": { exports: ["HttpsProxyAgent"] },
  jsonwebtoken: { exports: ["sign"] },
};

const whenUsed: Plugin = {
  name: "when-used",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(SELDOM_USED).join("|")})$`) }, ({ path, ...from }) => {
      if (from.namespace !== "when-used") return { path, namespace: "when-used", pluginData: from.resolveDir };
      const file = SELDOM_USED[path]?.file;
      return file === undefined ? undefined : { path: file, external: true };
    });
    build.onLoad({ filter: /./, namespace: "when-used" }, ({ path, pluginData: resolveDir }) => {
      const getters = SELDOM_USED[path]?.exports.map((name) => `get ${name}() { return require("${path}").${name}; }`);
      return { contents: `module.exports = { ${getters?.join(", ")} };`, resolveDir };
    });
  },
};

const entry = (path: string, out: string) => ({ modules: [path], out, plugins: [onDemand, unlessUsed] });
const shared = (out: string) => {
  const modules = [...ON_DEMAND].flatMap(([name, file]) => (file === out ? [name] : []));
  return { modules, out, plugins: [whenUsed] };
};

const bundles = [
  entry("./src/index.ts", "index.cjs"),
  entry("./src/principal/main.ts", "principal.cjs"),
  entry("./src/firewall/open.ts", "firewall.cjs"),
  entry("./src/firewall/close.ts", "firewall-post.cjs"),
  shared("actions-http-client.cjs"),
  { modules: ["undici"], out: "undici.cjs", plugins: [] },
  shared("actions-github.cjs"),
  shared("azure-identity.cjs"),
  shared("yaml.cjs"),
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
async function bundleOf({ modules, out, plugins }: (typeof bundles)[number]) {
  const [module = "", ...more] = modules;
  const { outputFiles, metafile } = await build({
    // One module is the entry itself; several are exported together.
    ...(more.length === 0
      ? { entryPoints: [module] }
      : {
          stdin: { contents: modules.map((each) => `export * from "${each}";`).join("\n"), resolveDir: "." },
        }),
    outfile: join("dist", out),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // `require` in place of `import()`, for which Node.js would first search the file for the names of its exports.
    supported: { "dynamic-import": false },
    // The notices of code that a package has copied from others; the packages' own are in licenses.txt.
    legalComments: "inline",
    // pg tries to load it and works without it: https://github.com/brianc/node-postgres/tree/master/packages/pg-native
    external: ["pg-native"],
    define: {
      // The JavaScript client, whatever the job's environment asks for.
      "process.env.NODE_PG_FORCE_NATIVE": "undefined",
      // Azure's HTTP pipeline asks each body whether it is a form. None is, and Node.js loads its undici for the question.
      FormData: "undefined",
    },
    plugins,
    write: false,
    metafile: true,
  });
  const [output] = outputFiles;
  const inputs = Object.values(metafile.outputs).flatMap((made) => Object.entries(made.inputs));
  const from = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return { path: join("dist", out), contents: Buffer.from(inAscii(output?.text ?? "")), from };
}

/** V8 reads a file of ASCII faster, and esbuild leaves other characters in comments, patterns and tagged templates. */
function inAscii(code: string): string {
  return code.replaceAll(/[^\n\r\t -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function complain(path: string): void {
  console.error(`${path} is not what src builds. Run npm run build and commit dist.`);
  process.exitCode = 1;
}
