import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Connection } from "../../postgres/connection.ts";
import { passwordFileProblem, passwordFromFile, passwordIn } from "../../postgres/password-file.ts";

const connection: Connection = {
  PGHOST: "db.example.com",
  PGPORT: "5432",
  PGDATABASE: "app",
  PGUSER: "reader",
  PGSSLMODE: "require",
};

test.each([
  ["db.example.com:5432:app:reader:secret", "secret"],
  ["*:*:*:*:secret", "secret"],
  [
    "# db.example.com:5432:app:reader:comment\nother:5432:app:reader:no\n*:*:app:reader:yes\n*:*:*:*:late",
    "yes",
  ],
  ["*:*:*:*:with\\:colon\\\\and backslash", "with:colon\\and backslash"],
  ["*:*:*:*:plain:colons", "plain:colons"],
  ["db.example.com:5433:app:reader:no", undefined],
  ["*:*:*:*", undefined],
  ["", undefined],
  ["*:*:*:*:", ""],
  ["*:*:*:reader:ends with a backslash\\", "ends with a backslash\\"],
  // Escaped, a star is a name.
  ["\\*:*:*:*:no", undefined],
])("%j has the password %j", (text, password) => {
  expect(passwordIn(text, connection)).toBe(password);
});

test.each([
  ["/var/run/postgresql", "localhost:5432:app:reader:yes", "yes"],
  ["/srv/sockets", "localhost:5432:app:reader:no", undefined],
  ["/srv/sockets", "/srv/sockets:5432:app:reader:yes", "yes"],
  ["2001:db8::1", "2001\\:db8\\:\\:1:5432:app:reader:yes", "yes"],
])("at %s, %j has the password %j", (PGHOST, text, password) => {
  expect(passwordIn(text, { ...connection, PGHOST })).toBe(password);
});

test("what is escaped comes back, whatever it is", () => {
  const value = fc.string({ minLength: 1 }).filter((text) => !/[\r\n#*]/.test(text));
  const escaped = (text: string): string => text.replaceAll(/[\\:]/g, (character) => `\\${character}`);
  fc.assert(
    fc.property(
      value,
      value,
      fc.string().filter((text) => !/[\r\n]/.test(text)),
      (database, user, password) => {
        const line = `*:*:${escaped(database)}:${escaped(user)}:${escaped(password)}`;
        expect(passwordIn(line, { ...connection, PGDATABASE: database, PGUSER: user })).toBe(password);
      },
    ),
  );
});

test("a file that others may read, or that is not there, has none", () => {
  const folder = mkdtempSync(join(tmpdir(), "passwords-"));
  try {
    const file = join(folder, "pgpass");
    const of = { ...connection, PGPASSFILE: file };
    expect(passwordFromFile(of)).toBeUndefined();
    expect(passwordFileProblem(of)).toBe(`the password file ${file} does not exist`);
    writeFileSync(file, "*:*:*:*:secret\n", { mode: 0o600 });
    expect(passwordFromFile(of)).toBe("secret");
    chmodSync(file, 0o640);
    expect(passwordFromFile(of)).toBeUndefined();
    expect(passwordFileProblem(of)).toBe(
      `other users may access the password file ${file}, so it is not read: set its mode to 600`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
