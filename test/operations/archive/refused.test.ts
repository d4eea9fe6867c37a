import { expect, test } from "vitest";
import { refusals, wentOn } from "../../../operations/archive/refused.ts";

const refused = `pg_restore: error: could not execute query: ERROR:  insert or update on table "b" violates foreign key constraint "fk"
DETAIL:  Key (a)=(99) is not present in table "a".
Command was: ALTER TABLE ONLY public.b ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES public.a(id);
`;
const ignored = "pg_restore: warning: errors ignored on restore: 1";

test("what a server refused is told once each, by its reason alone", () => {
  expect(refusals(refused + refused)).toEqual([
    'The server refused a part of the backup: insert or update on table "b" violates foreign key constraint "fk".',
  ]);
  expect(refusals(ignored)).toEqual([]);
});

test("pg_restore went on where the server only refused, and not where it stopped or pg_restore ended", () => {
  expect(wentOn(refused + ignored)).toBe(true);
  expect(wentOn(refused)).toBe(false);
  const lost = "pg_restore: error: could not execute query: server closed the connection unexpectedly\n";
  expect(wentOn(refused + lost + ignored)).toBe(false);
  expect(wentOn(`pg_restore: error: could not execute query: FATAL:  shutting down\n${ignored}`)).toBe(false);
});
