export { every, type Finding, judge, judgeEach, select, some, type Verdict, violation } from "./findings.ts";
export { type Policy, type PolicyDefinition, policy } from "./policy.ts";
export { Resource, type ResourceRecord, Stack } from "./stack.ts";
export { UnknownRead, Value } from "./value.ts";
