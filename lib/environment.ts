import type * as z from "zod";
import { Failure } from "./failure.ts";

/**
 * Reads the variables that a schema names; an empty one counts as unset. The message of each issue completes
 * the sentence "NAME is not …". The result has no key with an undefined value, so it can serve as an
 * environment.
 *
 * @throws {Failure} `refused`; the message names the invalid variables and never their values
 */
export function readVariables<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const given = Object.keys(schema.shape)
    .map((name) => [name, environment[name]] as const)
    .filter(([, value]) => value !== undefined && value !== "");
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message, code }) => {
    const name = path.map(String).join(".");
    return code === "invalid_type" ? `${name} is not set` : `${name} is not ${message}`;
  });
  throw new Failure("refused", problems.join("; "));
}
