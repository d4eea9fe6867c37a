export {
  every,
  type Finding,
  judge,
  judgeEach,
  select,
  some,
  undecided,
  type Verdict,
  violation,
} from "./findings.ts";
export { lookup } from "./lookup.ts";
export { type Policy, type PolicyDefinition, policy } from "./policy.ts";
export { Resource, type ResourceRecord, Stack } from "./stack.ts";
export { UnknownRead, Value } from "./value.ts";
