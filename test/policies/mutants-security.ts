import type { Mutant } from "./mutants.ts";
import { abuseMutants } from "./mutants-abuse.ts";
import { headersMutants } from "./mutants-headers.ts";
import { tlsMutants } from "./mutants-tls.ts";

/** Ways to break section 4. */
export const securityMutants: readonly Mutant[] = [...tlsMutants, ...headersMutants, ...abuseMutants];
