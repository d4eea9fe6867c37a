export type { Declared, StatedRole } from "./declared.ts";
export {
  every,
  type Fault,
  type Finding,
  fault,
  judge,
  judgeEach,
  judgeStack,
  known,
  object,
  postponed,
  select,
  some,
  undecided,
  unproved,
  type Verdict,
  violation,
} from "./findings.ts";
export { lookup } from "./lookup.ts";
export { type Policy, type PolicyDefinition, policy } from "./policy.ts";
export type { Child, Item, Key, Plain } from "./properties.ts";
export { type ResourceRecord, Stack } from "./stack.ts";
export { documentIn, isUnknown, UnknownRead } from "./value.ts";
export type { AnyValue, PropertiesOf, Resource, ResourceOf, Token, Value } from "./view.ts";
