import type { Context } from "../../policies/framework/context.ts";
import { evaluate } from "../../policies/framework/evaluate.ts";
import {
  type Policy,
  type PropertiesOf,
  type ResourceOf,
  Stack,
  type Token,
} from "../../policies/framework/index.ts";
import { registry } from "../../policies/registry.ts";
import { stackOf, viewOf } from "../../test/recording/judge.ts";
import type { RecordedResource } from "../../test/recording/record.ts";
import type { RecordedStack } from "../../test/recording/stacks.ts";

/** What the pack says of a mutant: refused by a policy, undecided until a value is known, or accepted. */
export interface Sentence {
  readonly answer: "refused" | "undecided" | "accepted";
  readonly policy?: string;
}

/**
 * Judges many mutants of one stack. A policy that never looks at resources of the type that was changed cannot
 * change its mind, so it is not asked; those that refused mutants of that type before are asked first.
 */
export class Court {
  readonly #context: Context;
  /** Types of resource that a policy looks at; `*` for all. */
  readonly #reads = new Map<Policy, ReadonlySet<string>>();
  readonly #undecided = new Set<Policy>();
  readonly #refusals = new Map<string, number>();

  constructor({ resources, context }: RecordedStack) {
    this.#context = context;
    for (const policy of registry.filter(({ level }) => level === "mandatory")) {
      if (policy.phase === "resource") continue;
      const stack = new WatchedStack(...viewOf(resources));
      const { status, violations } = evaluate(policy, stack, context);
      if (status === "violated")
        throw new Error(`${policy.name} objects to the platform: ${violations[0]?.found}`);
      if (status === "unknown") this.#undecided.add(policy);
      this.#reads.set(policy, stack.types);
    }
  }

  judge(
    resources: readonly RecordedResource[],
    changed: readonly RecordedResource[],
    types: readonly string[],
  ): Sentence {
    const whole = stackOf(resources);
    let undecided: string | undefined;
    for (const policy of this.#inOrder(types)) {
      const stacks =
        policy.phase === "resource"
          ? changed.map((one) => stackOf([{ ...one, dependencies: [], propertyDependencies: {} }]))
          : [whole];
      for (const stack of stacks) {
        const { status, violations } = evaluate(policy, stack, this.#context);
        if (violations.some(({ enforcementLevel }) => enforcementLevel !== "advisory")) {
          const key = `${types[0]} ${policy.name}`;
          this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1);
          return { answer: "refused", policy: policy.name };
        }
        if (status === "unknown" && !this.#undecided.has(policy)) undecided ??= policy.name;
      }
    }
    return undecided === undefined ? { answer: "accepted" } : { answer: "undecided", policy: undecided };
  }

  #inOrder(types: readonly string[]): Policy[] {
    const count = ({ name }: Policy) => this.#refusals.get(`${types[0]} ${name}`) ?? 0;
    return registry
      .filter((policy) => policy.level === "mandatory" && this.#mayAnswer(policy, types))
      .sort((one, other) => count(other) - count(one));
  }

  #mayAnswer(policy: Policy, types: readonly string[]): boolean {
    const read = this.#reads.get(policy);
    return read === undefined || read.has("*") || types.some((type) => read.has(type));
  }
}

/** A stack that notes which types of resource were asked for. */
class WatchedStack extends Stack {
  readonly types = new Set<string>();

  override all(): ReturnType<Stack["all"]> {
    this.types.add("*");
    return super.all();
  }

  override ofType<T extends readonly Token[]>(...types: T): ResourceOf<PropertiesOf<T[number]>>[] {
    for (const type of types) this.types.add(type);
    return super.ofType(...types);
  }

  override byUrn(urn: string): ReturnType<Stack["byUrn"]> {
    const resource = super.byUrn(urn);
    if (resource !== undefined) this.types.add(resource.type);
    return resource;
  }
}
