import { reasonOf } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { sqlStateOf, withPatientSession } from "../../postgres/session.ts";

/** How a server words what went wrong: pg_dump prints that without a code, in the language of the server. */
export interface Wording {
  /** Whether the server speaks another language than English to the role. */
  isForeign: boolean;
  /** A text of the server's with the words that are read here, where it has them in another language. */
  read: (text: string) => string;
}

/** A name that nobody gives, which stands for any other in the server's words. */
const nameless = "optropic_no_such";

/** What is read of a server's words, with the statements that make the server say it. */
const asked = [
  {
    state: "42P01",
    statements: [`select from pg_catalog.${nameless}`],
    english: `relation "pg_catalog.${nameless}" does not exist`,
  },
  {
    state: "57014",
    statements: ["set statement_timeout = 1", "select pg_catalog.pg_sleep(60)"],
    english: "canceling statement due to statement timeout",
  },
] as const;

const plain: Wording = { isForeign: false, read: (text) => text };

/** Asks a server how it words what a backup reads; where it cannot be asked, as in English. */
export async function readWording(connection: Connection): Promise<Wording> {
  const words: { pattern: RegExp; english: string }[] = [];
  const work = async (session: { run: (statements: string) => Promise<void> }): Promise<void> => {
    for (const { state, statements, english } of asked) {
      try {
        for (const statement of statements) await session.run(statement);
      } catch (error) {
        if (sqlStateOf(error) !== state) throw error;
        const said = reasonOf(error);
        if (said !== english) words.push({ pattern: patternOf(said), english });
      }
    }
  };
  try {
    await withPatientSession(connection, "optropic", work);
  } catch {
    return plain;
  }
  if (words.length === 0) return plain;
  return {
    isForeign: true,
    read: (text) => words.reduce((all, { pattern, english }) => all.replaceAll(pattern, () => english), text),
  };
}

/** What a server says, of any name. */
function patternOf(said: string): RegExp {
  const parts = said.split(new RegExp(`(?:pg_catalog\\.)?${nameless}`));
  return new RegExp(parts.map(RegExp.escape).join("[^\\n]*"), "g");
}
