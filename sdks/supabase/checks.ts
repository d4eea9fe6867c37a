import type * as pulumi from "@pulumi/pulumi";
import { isAllowedEndpoint, isHeaderValue } from "./management-api.ts";

/** What an input must be. */
export interface Rule {
  readonly property: string;
  readonly expected: string;
  readonly optional?: boolean;
  holds(value: unknown): boolean;
}

/** The inputs that every dynamic resource of this package has. */
export const commonRules: Rule[] = [
  // The Management API's own pattern of a ref: 20 lower-case letters.
  { property: "projectRef", expected: "a project ref of 20 lower-case letters", holds: isProjectRef },
  { property: "accessToken", expected: "visible characters", optional: true, holds: isHeaderValue },
  {
    property: "endpoint",
    expected: "an https address, or an http one on a loopback address, without a user",
    optional: true,
    holds: isAllowedEndpoint,
  },
];

/** The inputs that break a rule. What a preview does not know yet breaks none, and no value is repeated. */
export function failuresOf(inputs: object, rules: Rule[]): pulumi.dynamic.CheckFailure[] {
  const given: Record<string, unknown> = { ...inputs };
  return rules
    .filter(({ property, optional, holds }) => {
      const value = given[property];
      const absent = value === undefined || value === null;
      return absent ? optional !== true : !isUnknown(value) && !holds(value);
    })
    .map(({ property, expected }) => ({ property, reason: `must be ${expected}` }));
}

/** True for what stands in a preview for a value that is not known yet (runtime/rpc.ts of Pulumi's SDK). */
export function isUnknown(value: unknown): boolean {
  return value === "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
}

/**
 * How inputs differ from the state: another project is another resource, the rest changes in place. An
 * unknown project counts as another one.
 */
export function difference(olds: object, news: object, properties: string[]): pulumi.dynamic.DiffResult {
  const before: Record<string, unknown> = { ...olds };
  const after: Record<string, unknown> = { ...news };
  const changed = properties.filter((property) => before[property] !== after[property]);
  return {
    changes: changed.length > 0,
    replaces: changed.filter((property) => property === "projectRef"),
  };
}

function isProjectRef(value: unknown): boolean {
  return typeof value === "string" && /^[a-z]{20}$/.test(value);
}
