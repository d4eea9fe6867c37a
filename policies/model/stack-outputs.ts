import { type AnyValue, type Finding, fault, judge, type Stack, violation } from "../framework/index.ts";
import { pulumiStack } from "./tokens.ts";

/** Paths of what the program exports for people and for policies. */
export type OutputPath =
  | readonly ["contacts", "technicalLead" | "devops" | "databaseAdmin" | "security"]
  | readonly ["objectives", "rtoMinutes" | "rpoMinutes"]
  | readonly ["dashboardUrl" | "errorTrackingUrl" | "statusPageUrl"]
  | readonly ["healthCheckPath" | "loginPath" | "release"];

/** What people and policies read of the program's outputs. */
interface Exports {
  contacts?: { technicalLead?: string; devops?: string; databaseAdmin?: string; security?: string };
  objectives?: { rtoMinutes?: number; rpoMinutes?: number };
  dashboardUrl?: string;
  errorTrackingUrl?: string;
  statusPageUrl?: string;
  healthCheckPath?: string;
  loginPath?: string;
  release?: string;
}

/** What the program exports at a path; undefined where the stack itself is not among the resources. */
export function stackOutput(stack: Stack, ...[first, second]: OutputPath): AnyValue | undefined {
  const output = stack.ofType(pulumiStack)[0]?.outputs.as<Exports>().at(first);
  return second === undefined ? output : output?.at(second);
}

/** Judges what the program exports at a path, on the stack itself. */
export function judgeOutput(
  stack: Stack,
  path: OutputPath,
  test: (value: AnyValue) => true | string,
): Finding[] {
  const value = stackOutput(stack, ...path);
  if (value === undefined) {
    return [violation(`The stack does not export ${path.join(".")}.`)];
  }
  const verdict = () => {
    const found = test(value);
    return found === true || fault(value, found);
  };
  return [judge(value.resource, verdict)];
}
