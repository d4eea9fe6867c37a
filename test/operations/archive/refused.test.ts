import { expect, test } from "vitest";
import { Refusals, refusal } from "../../../operations/archive/refused.ts";

const refused = `pg_restore: error: could not execute query: ERROR:  insert or update on table "b" violates foreign key constraint "fk"
DETAIL:  Key (a)=(99) is not present in table "a".
Command was: ALTER TABLE ONLY public.b ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES public.a(id);
`;
const sentence =
  'The server refused a part of the backup: insert or update on table "b" violates foreign key constraint "fk".';
const ignored = "pg_restore: warning: errors ignored on restore: 1\n\n";

test("what a server refused is told once each, by its reason alone", () => {
  expect(read(refused + refused + ignored).sentences).toEqual([sentence]);
  expect(read(ignored).sentences).toEqual([]);
  expect(refusal("division by zero\nCONTEXT: of it")).toBe(
    "The server refused a part of the backup: division by zero.",
  );
});

test("what follows in a transaction of which a part was refused is no reason of its own", () => {
  const after =
    "psql:<stdin>:2: ERROR:  current transaction is aborted, commands ignored until end of transaction block\n";
  expect(read(`${refused}${after}${after}`).sentences).toEqual([sentence]);
});

test("a server that speaks another language refuses as well", () => {
  const reason = "Relation »t« existiert nicht";
  const german = "could not execute query: FEHLER:  ";
  expect(read(`pg_restore: error: ${german}${reason}\n${ignored}`)).toMatchObject({
    wentOn: true,
    sentences: [refusal(reason)],
  });
  expect(read(`psql:<stdin>:12: 错误:  ${reason}\nDETAIL:  no\n`).sentences).toEqual([refusal(reason)]);
});

test("a setting of a newer pg_restore that the server does not know is no part of the backup, in whatever session", () => {
  const unknown = (name: string, command: string): string =>
    `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "${name}"\nCommand was: ${command}\n`;
  const own = unknown("transaction_timeout", "SET transaction_timeout = 0;");
  const job = `pg_restore: while PROCESSING TOC:\npg_restore: from TOC entry 7; 0 16384 TABLE DATA t postgres\n${own}`;
  const all = `pg_restore: while INITIALIZING:\n${own}${job}${job}`;
  expect(read(all + ignored)).toMatchObject({ wentOn: true, sentences: [] });
  expect(read(all).wentOn).toBe(false);
  const ofBackup = unknown("app.tenant", "CREATE INDEX ON public.t (public.of_tenant(a));");
  const ofFunction = unknown("transaction_timeout", "CREATE FUNCTION public.f() RETURNS void");
  expect(read(all + ofBackup + ofFunction + ignored).sentences).toEqual([
    refusal('unrecognized configuration parameter "app.tenant"'),
    refusal('unrecognized configuration parameter "transaction_timeout"'),
  ]);
  const ofScript = 'psql:<stdin>:2: ERROR:  unrecognized configuration parameter "tenant"';
  expect(read(ofScript).sentences).toEqual([refusal('unrecognized configuration parameter "tenant"')]);
});

test("what a function says is no refusal", () => {
  expect(read("psql:<stdin>:12: INFO:  filled\npsql:<stdin>:13: WARNING:  old\n").sentences).toEqual([]);
});

test("pg_restore went on where the server only refused, and not where it stopped or pg_restore ended", () => {
  expect(read(refused + ignored).wentOn).toBe(true);
  expect(read(refused).wentOn).toBe(false);
  expect(read(ignored).wentOn).toBe(false);
  const lost = "pg_restore: error: could not execute query: server closed the connection unexpectedly\n";
  expect(read(refused + lost + ignored).wentOn).toBe(false);
  const stopping = "pg_restore: error: could not execute query: FATAL:  shutting down\n";
  expect(read(refused + stopping + ignored).wentOn).toBe(false);
});

test("a statement may be long and have the words of pg_restore in it", () => {
  const body = `Command was: CREATE FUNCTION f() AS $$\n${"-- long\n".repeat(2000)}could not connect to server\nERROR:  invented\n${ignored}`;
  const long = refused.replace(/Command was: .*\n/, body);
  expect(read(long + ignored)).toMatchObject({ wentOn: true, sentences: [sentence] });
  const within = body.replace("pg_restore: warning", "warning");
  expect(read(refused.replace(/Command was: .*\n/, within)).wentOn).toBe(false);
});

function read(printed: string): Refusals {
  const refusals = new Refusals();
  for (const line of printed.split("\n")) refusals.take(line);
  return refusals;
}
