import { expect, test } from "vitest";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { linesOf, useWorld } from "./world.ts";

const WRITE = {
  schemas: ["public", "second"],
  tablePrivileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  sequencePrivileges: ["USAGE", "SELECT"],
  onExtra: "fail",
} as const;

test.each(SOME_VERSIONS)(
  "PostgreSQL %i: a healthy database has no warning but that of default privileges",
  async (version) => {
    const place = await useWorldOf(version).open();
    const { app, owner, role, as, sql, can, run } = place;
    const [team, member, other] = [await role("team", "NOLOGIN"), await role("member"), await role("other")];
    await sql(`
    CREATE SCHEMA second AUTHORIZATION ${other}; GRANT ${team} TO ${member}; GRANT USAGE, CREATE ON SCHEMA public, second TO ${team}, ${other}, ${owner};
    GRANT USAGE ON SCHEMA public, second TO ${app}; CREATE EXTENSION postgres_fdw; CREATE EXTENSION pg_stat_statements SCHEMA public;
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw; CREATE USER MAPPING FOR PUBLIC SERVER far;
    CREATE FOREIGN TABLE public.remote (id int) SERVER far; ALTER FOREIGN TABLE public.remote OWNER TO ${owner}`);
    await as(
      owner,
      `CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
     CREATE TABLE orders (id serial, day date, customer int REFERENCES customers, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
     CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
     CREATE TABLE orders_new PARTITION OF orders DEFAULT;
     CREATE TABLE lines (orders_id int, day date, FOREIGN KEY (orders_id, day) REFERENCES orders ON DELETE CASCADE);
     CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
     CREATE VIEW tables AS SELECT table_schema, table_name FROM information_schema.tables;
     CREATE VIEW classes AS SELECT relname, relkind FROM pg_catalog.pg_class;
     CREATE VIEW named AS SELECT id, name FROM customers; CREATE VIEW deep AS SELECT name FROM named;
     CREATE VIEW sums AS SELECT customer, count(*) FROM orders GROUP BY customer;
     CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
     CREATE VIEW summed AS SELECT * FROM totals;
     CREATE VIEW written AS SELECT c.name, o.day FROM customers AS c JOIN orders AS o ON o.customer = c.id;
     CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO customers (name) VALUES (NEW.name); RETURN NEW; END';
     CREATE TRIGGER t INSTEAD OF INSERT ON written FOR EACH ROW EXECUTE FUNCTION write();
     ALTER TABLE tree ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON tree USING (true);
     GRANT SELECT, REFERENCES ON customers TO ${team}, ${other}`,
    );
    if (version >= 15) await as(owner, "CREATE VIEW invoked WITH (security_invoker) AS SELECT id FROM customers");
    await as(
      member,
      `SET ROLE ${team}; CREATE TABLE second.notes (id bigserial, customer int REFERENCES public.customers);
    CREATE VIEW second.names AS SELECT name FROM public.customers GROUP BY name`,
    );
    await as(
      other,
      "CREATE TABLE second.parts (id int DEFAULT nextval('second.notes_id_seq'), customer int REFERENCES public.customers)",
    );
    await run("apply", WRITE, { user: "azuresu" });

    const report = await run("check", WRITE);

    expect({ extra: linesOf(report.extra), missing: linesOf(report.missing) }).toEqual({
      extra: [],
      missing: [],
    });
    expect([...new Set(report.warnings.map(({ code }) => code))]).toEqual(["default-privileges"]);
    for (const statement of [
      "INSERT INTO customers (name) VALUES ('a')",
      "INSERT INTO named (name) VALUES ('a')",
      "UPDATE deep SET name = 'b'",
      "INSERT INTO orders (day) VALUES ('2024-01-01')",
      "DELETE FROM customers; DELETE FROM orders",
      "INSERT INTO written (name) VALUES ('a')",
      "INSERT INTO second.notes (customer) VALUES (NULL)",
      "INSERT INTO tree VALUES (1, 1)",
      "SELECT FROM tables, classes, named, deep, sums, totals, summed, second.names",
    ])
      expect({ statement, works: await can(app, statement) }).toEqual({ statement, works: true });
  },
);

const worlds = new Map(SOME_VERSIONS.map((version) => [version, useWorld(version)]));

function useWorldOf(version: (typeof SOME_VERSIONS)[number]) {
  const world = worlds.get(version);
  if (world === undefined) throw new Error(`no world of ${version}`);
  return world;
}
