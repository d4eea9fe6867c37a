import type { RepositoryArgs } from "@pulumi/github";
import type { Input } from "@pulumi/pulumi";
import { known, type ResourceOf, type Stack, select, type Token } from "../framework/index.ts";
import { perStack } from "./per-stack.ts";
import { github } from "./tokens.ts";

/** A repository on GitHub: one that the stack declares, or one whose rules it declares by its name. */
export interface Repository {
  /** Its resource, on which a violation is reported; undefined if it is declared elsewhere. */
  readonly resource: ResourceOf<RepositoryArgs> | undefined;
  /** What it is called in a message. */
  readonly label: string;
}

/** Every repository that the stack is responsible for; an archived one takes no more code. */
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

/**
 * The resources of a type that say something of a repository and pass the test. Throws UnknownRead where none
 * surely does and one that is unknown could.
 */
export function ofRepository<P extends OfRepository>(
  stack: Stack,
  repository: Repository,
  type: Token<P>,
  test: (resource: ResourceOf<P>) => boolean = () => true,
): ResourceOf<P>[] {
  const own: Token<OfRepository> = type;
  return select(
    stack.ofType(own),
    (resource) => isOf(resource, repository) && resource.is(type) && test(resource),
  ).filter((resource) => resource.is(type));
}

/** Properties of what is about a repository. */
interface OfRepository {
  repository?: Input<string | undefined>;
}

function isOf(rule: ResourceOf<OfRepository>, { resource, label }: Repository): boolean {
  const owners = rule.dependenciesOf("repository").filter((owner) => owner.is(github.repository));
  if (owners.length > 0) {
    return resource !== undefined && owners.some((owner) => owner === resource);
  }
  return rule.at("repository").string() === label;
}
