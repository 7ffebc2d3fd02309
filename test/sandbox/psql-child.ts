/**
 * Stands in for psql on a machine without it: the options, variables and commands that the setup script, its page,
 * the examples and the SQL files use. It fails on any other, with exit code 64. psql.test.ts compares it with psql.
 * It leaves out the lines of an error that show the place in the statement.
 * https://www.postgresql.org/docs/18/app-psql.html
 */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import pg from "pg";
import { piecesOf } from "./psql-script.ts";
import { printed, type Result } from "./psql-table.ts";

const [FAILED, NO_CONNECTION, STOPPED, UNKNOWN] = [1, 2, 3, 64];

/** https://www.postgresql.org/docs/18/libpq-envars.html */
const ENVIRONMENT = [
  ...["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"],
  ...["PGSSLMODE", "PGSSLROOTCERT", "PGCONNECT_TIMEOUT", "PGOPTIONS"],
];

/** https://www.postgresql.org/docs/18/protocol-error-fields.html */
interface Message {
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly where?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: string | undefined;
  readonly routine?: string | undefined;
}

const { env } = process;
process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(UNKNOWN);
});
const variables = new Map<string, string>();
/** Stands before each message about a file: its name and the line. */
let place = "";

const strange = Object.keys(env).find((name) => name.startsWith("PG") && !ENVIRONMENT.includes(name));
if (strange !== undefined) unknown(`the variable ${strange}`);

const { values: options, positionals } = argumentsOf(process.argv.slice(2));
if (options.version) {
  console.log("psql (PostgreSQL) 18 (stand-in)");
  process.exit();
}
if (positionals.length > 1) unknown(`the argument ${positionals[1]}`);
if (options.command !== undefined && options.file !== undefined) unknown("--command with --file");

const format = { aligned: !options["no-align"], tuplesOnly: options["tuples-only"] ?? false };
for (const setting of options.set ?? []) {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(setting) ?? unknown(`--set ${setting}`);
  setVariable(name ?? "", value ?? "");
}
const host = options.host ?? env.PGHOST ?? unknown("which host");
const user = options.username ?? env.PGUSER ?? unknown("which user");
const database = options.dbname ?? positionals[0] ?? env.PGDATABASE ?? user;
if (/=|^postgres(ql)?:/.test(database)) unknown(`the connection string ${database}`);
let where = { host, port: options.port ?? env.PGPORT ?? "5432", dbname: database };
let client = await connect(where).catch((error) => {
  console.error(`psql: error: ${error.message}`);
  process.exit(NO_CONNECTION);
});

if (options.command !== undefined) {
  if (options.command.startsWith("\\")) unknown(options.command);
  if (!(await execute(options.command))) process.exit(FAILED);
} else {
  await run(options.file === undefined ? await text(process.stdin) : readFileSync(options.file, "utf8"));
}
await client.end();

function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        command: { type: "string", short: "c" },
        dbname: { type: "string", short: "d" },
        file: { type: "string", short: "f" },
        host: { type: "string", short: "h" },
        "no-align": { type: "boolean", short: "A" },
        "no-psqlrc": { type: "boolean", short: "X" },
        port: { type: "string", short: "p" },
        quiet: { type: "boolean", short: "q" },
        set: { type: "string", short: "v", multiple: true },
        "tuples-only": { type: "boolean", short: "t" },
        username: { type: "string", short: "U" },
        version: { type: "boolean", short: "V" },
      },
    });
  } catch (error) {
    return unknown((error as Error).message);
  }
}

async function connect({ host, port, dbname }: typeof where): Promise<pg.Client> {
  const next = new pg.Client({
    host,
    user,
    database: dbname,
    port: Number(port),
    password: env.PGPASSWORD,
    ssl: host.startsWith("/") ? false : tlsOptions(),
    connectionTimeoutMillis: Number(env.PGCONNECT_TIMEOUT ?? 0) * 1000,
  });
  next.on("notice", (notice) => say(notice));
  await next.connect();
  return next;
}

function tlsOptions(): { ca?: Buffer } | false {
  const { PGSSLMODE: mode, PGSSLROOTCERT: file } = env;
  if (mode === "disable") return false;
  if (mode !== "verify-full" || !file) unknown(`PGSSLMODE=${mode ?? ""} PGSSLROOTCERT=${file ?? ""}`);
  return file === "system" ? {} : { ca: readFileSync(file) };
}

/** Runs a script: SQL statement by statement, and psql's own commands between them. */
async function run(script: string): Promise<void> {
  let statement = "";
  let depth = 0;
  for (const { kind, text: piece, line } of piecesOf(script)) {
    if (options.file !== undefined) place = `psql:${options.file}:${line}: `;
    if (kind === "open") depth++;
    if (kind === "close") depth--;
    if (kind === "unfinished") unknown(`${piece} without its end`);
    if (kind === "comment") continue;
    if (kind === "command") {
      statement = await command(piece.trim(), statement);
    } else if (kind === "end" && depth === 0) {
      await step(statement);
      statement = "";
    } else {
      statement += kind === "variable" ? valueFor(piece) : piece;
    }
  }
  if (statement.trim() !== "") await step(statement);
}

/** One of psql's own commands. Returns what is left of the statement that it ends. */
async function command(line: string, statement: string): Promise<string> {
  if (line === "\\gexec" && statement.trim() !== "") {
    await executeResults(statement);
    return "";
  }
  if (statement.trim() !== "") unknown(`${line} within a statement`);
  const [, name, rest = ""] = /^(\\\w+)(?:\s+(.*))?$/.exec(line) ?? [];
  const [, word, value] = /^(\w+) (\w+)$/.exec(rest) ?? [];
  const [, words] = /^'([^'\\]*(?:''[^'\\]*)*)'$/.exec(rest) ?? [];
  if (name === "\\connect") await reconnect({ ...where, ...settingsOf(rest) });
  else if (name === "\\echo" && words !== undefined) console.log(words.replaceAll("''", "'"));
  else if (name === "\\set" && word && value) setVariable(word, value);
  else if (line !== "\\pset pager off") unknown(line);
  else if (!options.quiet) console.log("Pager usage is off.");
  return statement;
}

async function reconnect(to: typeof where): Promise<void> {
  try {
    const next = await connect(to);
    await client.end();
    client = next;
    const moved = to.host !== where.host || to.port !== where.port;
    if (moved && !options.quiet) unknown("\\connect to another server without --quiet");
    where = to;
    if (!options.quiet) console.log(`You are now connected to database "${to.dbname}" as user "${user}".`);
  } catch (error) {
    console.error(`${place || "psql: "}error: \\connect: ${(error as Error).message}`);
    process.exit(stopsOnError() ? STOPPED : NO_CONNECTION);
  }
}

/** The settings of `\connect name` and of `\connect -reuse-previous=on "dbname='…' host='…'"`, as our SQL files use it. */
function settingsOf(rest: string): Partial<typeof where> {
  if (/^[a-z_]\w*$/.test(rest)) return { dbname: rest };
  const [, quoted = ""] = /^-reuse-previous=on "((?:""|[^"])*)"$/.exec(rest) ?? [];
  const settings = quoted.replaceAll('""', '"').match(/(?:dbname|host|port)='(?:\\.|[^'\\])*'(?: |$)/g) ?? [];
  if (quoted === "" || settings.join("") !== quoted.replaceAll('""', '"')) unknown(`\\connect ${rest}`);
  return Object.fromEntries(
    settings.map((setting) => {
      const [, key = "", value = ""] = /^(\w+)='(.*)' ?$/s.exec(setting) ?? [];
      return [key, value.replaceAll(/\\(.)/g, "$1")];
    }),
  );
}

/** Runs a statement, and each value of its result as another one. */
async function executeResults(statement: string): Promise<void> {
  const results: Result[] = [];
  if (!(await query(statement, (result) => results.push(result)))) return stopIfAsked();
  for (const value of results.flatMap(({ rows }) => rows.flat())) if (value !== null) await step(value);
}

async function step(statement: string): Promise<void> {
  if (!(await execute(statement))) stopIfAsked();
}

function stopIfAsked(): void {
  if (stopsOnError()) process.exit(STOPPED);
}

/** Runs SQL and prints its results. Returns whether it succeeded. */
function execute(sql: string): Promise<boolean> {
  return query(sql, (result, tag) => {
    if (result.columns.length > 0) process.stdout.write(printed(result, format));
    else if (!options.quiet) console.log(tag);
  });
}

/**
 * Sends SQL unchanged, so that several statements are one transaction, and hands over each result with the tag of its
 * command. What a query of `pg` gives is values of JavaScript, and half of the tag: this one gives the server's texts.
 */
function query(sql: string, take: (result: Result, tag: string) => void): Promise<boolean> {
  return new Promise((done) => {
    let result: { columns: Result["columns"]; rows: (string | null)[][] } = { columns: [], rows: [] };
    client.query({
      submit: (connection) => connection.query(sql),
      handleRowDescription({ fields }: { fields: Result["columns"] }) {
        if (fields.length === 0) unknown("a result without columns");
        result.columns = fields;
      },
      handleDataRow: ({ fields }: { fields: (string | null)[] }) => result.rows.push(fields),
      handleCommandComplete({ text: tag }: { text: string }) {
        if (result.columns.length > 0 && !/^(SELECT|SHOW) ?/.test(tag)) unknown(`the result of ${tag}`);
        take(result, tag);
        result = { columns: [], rows: [] };
      },
      handleEmptyQuery() {},
      handleCopyInResponse: () => unknown("COPY"),
      handleError(error: Message) {
        say(error);
        done(false);
      },
      handleReadyForQuery: () => done(true),
    } as pg.Submittable);
  });
}

/** Prints a message of the server's. */
function say(message: Message): void {
  const verbose = variables.get("VERBOSITY") === "verbose";
  const { severity, code, detail, hint, where, file, line, routine } = message;
  const lines = [
    `${place}${severity ?? "ERROR"}:  ${verbose ? `${code}: ` : ""}${message.message}`,
    detail && `DETAIL:  ${detail}`,
    hint && `HINT:  ${hint}`,
    where && severity === "ERROR" && `CONTEXT:  ${where}`,
    verbose && `LOCATION:  ${routine}, ${file}:${line}`,
  ];
  console.error(lines.filter(Boolean).join("\n"));
}

function setVariable(name: string, value: string): void {
  if (name === "ON_ERROR_STOP" && !/^(0|1|on|off)$/.test(value)) unknown(`ON_ERROR_STOP ${value}`);
  if (name === "VERBOSITY" && !/^(default|verbose)$/.test(value)) unknown(`VERBOSITY ${value}`);
  if (/^[A-Z]/.test(name) && !["ON_ERROR_STOP", "VERBOSITY"].includes(name)) unknown(`the variable ${name}`);
  variables.set(name, value);
}

function stopsOnError(): boolean {
  return ["1", "on"].includes(variables.get("ON_ERROR_STOP") ?? "off");
}

/** What stands for `:name`, `:'name'` or `:"name"`; without such a variable, itself. */
function valueFor(piece: string): string {
  const [, quote, name = ""] = /^:(['"]?)(\w+)/.exec(piece) ?? [];
  const value = variables.get(name);
  if (value === undefined) return piece;
  if (quote === "'") return pg.escapeLiteral(value);
  return quote === '"' ? pg.escapeIdentifier(value) : value;
}

function unknown(what: string): never {
  console.error(`${place}the stand-in for psql does not know ${what}`);
  process.exit(UNKNOWN);
}
