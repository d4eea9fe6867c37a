import * as z from "zod";
import type { Plan } from "./plan.ts";

/** What a person decided, by URN: the id to import, `create`, or nothing yet. */
export const answersFile = z.object({
  answers: z.record(z.string().max(2000), z.union([z.string().min(1).max(500), z.null()])),
});

/** The questions of a plan as a file that is edited and given back; `candidates` are for the reader. */
export function questionsOf({ steps }: Plan): z.infer<typeof answersFile> & {
  candidates: Record<string, readonly string[]>;
} {
  const open = steps.filter(({ action }) => action === "ask");
  return {
    answers: Object.fromEntries(open.map(({ declared }) => [declared.urn, null])),
    candidates: Object.fromEntries(open.map(({ declared, candidates = [] }) => [declared.urn, candidates])),
  };
}

/** The answers that were given. */
export function givenAnswers({ answers }: z.infer<typeof answersFile>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).flatMap(([urn, id]) => (id === null ? [] : [[urn, id]])));
}
