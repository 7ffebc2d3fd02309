import type { TablePrivilege } from "../src/model/privileges.ts";

/**
 * The privileges that GRANT ALL grants on a table, without the code under test.
 * https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGES-SUMMARY-TABLE
 */
export function tablePrivilegesOn(version: number): readonly TablePrivilege[] {
  const all = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] as const;
  return version >= 17 ? [...all, "MAINTAIN"] : all;
}
