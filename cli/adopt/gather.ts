import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { answersFile, givenAnswers } from "../../adopt/answers.ts";
import { type Plan, planImports } from "../../adopt/plan.ts";
import type { Declared } from "../../adopt/resources.ts";
import type { Work } from "../../lib/command.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { preview, readState } from "../../preview/index.ts";
import { existingOf } from "./existing.ts";

export interface AdoptFlags {
  stack: string;
  cwd: string;
  from: string[];
  vendor: string[];
  answers?: string;
  json: boolean;
}

export interface Gathered {
  readonly declared: readonly Declared[];
  readonly plan: Plan;
}

const mostAnswerBytes = 1024 * 1024;

/**
 * Runs the program offline, reads what is there from states, and matches both.
 *
 * @throws {Failure} for a state or answers that cannot be read, and for a program that fails
 */
export async function gather(flags: AdoptFlags, { progress, warn }: Work): Promise<Gathered> {
  const existing = flags.from.flatMap((path) => {
    const { resources, warnings } = readState(path);
    for (const warning of warnings) warn(warning.replace("no policy sees them", "none of them is matched"));
    return resources.filter(({ custom, external }) => custom && !external).map(existingOf);
  });
  const answers = flags.answers === undefined ? {} : readAnswers(flags.answers);
  const { resources } = await preview({ cwd: flags.cwd, stack: flags.stack, progress });
  const declared: readonly Declared[] = resources;
  const foreign = Object.keys(answers).filter((urn) => !declared.some((resource) => resource.urn === urn));
  if (foreign.length > 0)
    throw new Failure(
      "refused",
      `${flags.answers} answers for what the program does not declare: ${foreign[0]}`,
    );
  return { declared, plan: planImports({ declared, existing, answers, vendors: flags.vendor }) };
}

function readAnswers(path: string): Record<string, string> {
  try {
    if (statSync(path).size > mostAnswerBytes) throw new Error("larger than 1 MiB");
    const parsed = answersFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return givenAnswers(parsed.data);
    throw new Error(z.prettifyError(parsed.error));
  } catch (error) {
    throw new Failure("refused", `the answers in ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** The plan as a document. */
export function planDocument({ steps, unmanaged }: Plan) {
  return {
    steps: steps.map(({ declared, ...step }) => ({ urn: declared.urn, type: declared.type, ...step })),
    unmanaged: unmanaged.map(({ type, name, id }) => ({ type, name, id })),
  };
}
