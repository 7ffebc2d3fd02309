/**
 * CHANGELOG.md (https://keepachangelog.com/en/1.1.0/) and the version in package.json.
 *   node scripts/changelog.ts          dates what is under "Unreleased" as the version, which src/github/run.ts then has
 *                                      too; `npm version` runs it
 *   node scripts/changelog.ts notes    prints tag and notes of the version as outputs of a step; the release runs it
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "CHANGELOG.md";
const RUN = "src/github/run.ts";
const UNRELEASED = "## [Unreleased]\n";

/**
 * The changelog with what was under "Unreleased" as a new version, with links to the comparisons.
 * @param date as YYYY-MM-DD
 * @throws Error when nothing is under "Unreleased"
 */
export function release(changelog: string, version: string, date: string): string {
  if (sectionOf(changelog, "Unreleased") === "") {
    throw new Error(`Nothing is under "Unreleased" in ${FILE}. Write what changes for users, then try again.`);
  }
  const [, url = ""] = /^\[Unreleased\]: (.*)\/compare\/.*$/m.exec(changelog) ?? [];
  const [previous] = versionsIn(changelog);
  const link = previous ? `${url}/compare/v${previous}...v${version}` : `${url}/releases/tag/v${version}`;
  return changelog
    .replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${date}\n`)
    .replace(/^\[Unreleased\]: .*$/m, `[Unreleased]: ${url}/compare/v${version}...HEAD\n[${version}]: ${link}`);
}

/**
 * What changed in a version: the text below its heading.
 * @throws Error when it is not the newest version with a date, or something is under "Unreleased" still
 */
export function notesOf(changelog: string, version: string): string {
  const [newest] = versionsIn(changelog);
  if (newest !== version) {
    throw new Error(
      `The newest version in ${FILE} is ${newest ?? "none"}, and package.json has ${version}. Run npm version.`,
    );
  }
  if (sectionOf(changelog, "Unreleased") !== "") {
    throw new Error(
      `Something is under "Unreleased" in ${FILE}. It would be released without a note. Run npm version.`,
    );
  }
  return sectionOf(changelog, version);
}

/** Newest first. */
export function versionsIn(changelog: string): string[] {
  const headings = changelog.matchAll(/^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$/gm);
  return [...headings].map(([, version = ""]) => version);
}

function sectionOf(changelog: string, name: string): string {
  const [, after = ""] = changelog.split(`\n## [${name}]`);
  const [, ...lines] = (after.split(/\n(?=## \[|\[[\w.]+\]: )/)[0] ?? "").split("\n");
  return lines.join("\n").trim();
}

if (import.meta.main) {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const changelog = readFileSync(FILE, "utf8");
  if (process.argv[2] === "notes") {
    const notes = notesOf(changelog, version);
    console.log(`tag=v${version}\nnotes<<END-OF-NOTES\n${notes}\nEND-OF-NOTES`);
  } else {
    writeFileSync(FILE, release(changelog, version, new Date().toISOString().slice(0, 10)));
    const run = readFileSync(RUN, "utf8");
    writeFileSync(RUN, run.replace(/(ACTION_VERSION = )".*"/, `$1"${version}"`));
  }
}
