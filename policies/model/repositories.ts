import {
  type Finding,
  judge,
  type Resource,
  type Stack,
  select,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { known } from "./known.ts";
import { perStack } from "./per-stack.ts";
import { github } from "./tokens.ts";

/** A repository on GitHub: one that the stack declares, or one whose rules it declares by its name. */
export interface Repository {
  /** Its resource, on which what is wrong with it is reported; undefined if it is declared elsewhere. */
  readonly resource: Resource | undefined;
  /** What it is called in a message. */
  readonly label: string;
}

/** Every repository that the stack is responsible for; one that is archived takes no more code. */
export const repositories: (stack: Stack) => readonly Repository[] = perStack((stack) => {
  const declared = stack
    .ofType(github.repository)
    .filter((resource) => known(() => resource.at("archived").boolean()) !== true)
    .map((resource) => ({ resource, label: known(() => resource.at("name").string()) ?? resource.name }));
  if (declared.length > 0) {
    return declared;
  }
  const names = stack.ofType(...rules).flatMap((rule) => known(() => rule.at("repository").string()) ?? []);
  return [...new Set(names)].map((name) => ({ resource: undefined, label: name }));
});

/** What makes a stack responsible for a repository. */
const rules = [github.ruleset, github.environment];

/** Judges each repository. Without any, the requirement is violated with the message `absent`. */
export function judgeRepositories(
  stack: Stack,
  absent: string,
  test: (repository: Repository) => Verdict,
): Finding[] {
  const all = repositories(stack);
  return all.length === 0
    ? [violation(absent)]
    : all.map((repository) => judge(repository.resource, () => test(repository)));
}

/**
 * The resources of a type that say something of a repository and pass the test. Throws UnknownRead where there
 * is none and one that is unknown could be it.
 */
export function ofRepository(
  stack: Stack,
  repository: Repository,
  type: string,
  test: (resource: Resource) => boolean = () => true,
): Resource[] {
  return select(stack.ofType(type), (resource) => isOf(resource, repository) && test(resource));
}

function isOf(rule: Resource, { resource, label }: Repository): boolean {
  const owners = rule.dependenciesOf("repository").filter(({ type }) => type === github.repository);
  if (owners.length > 0) {
    return resource !== undefined && owners.includes(resource);
  }
  return rule.at("repository").string() === label;
}
