import { Stack } from "../../policies/framework/index.ts";
import type { PropertiesOf, ResourceOf, Token } from "../../policies/framework/view.ts";
import { newestType } from "../../policies/model/renamed-types.ts";

/** A stack that notes what is asked of it: every value that a policy reads, it has from one of these. */
export class NotedStack extends Stack {
  readonly types = new Set<string>();
  readonly urns = new Set<string>();
  isAll = false;

  override all(): ReturnType<Stack["all"]> {
    this.isAll = true;
    return super.all();
  }

  override ofType<T extends readonly Token[]>(...types: T): ResourceOf<PropertiesOf<T[number]>>[] {
    for (const type of types) this.types.add(type);
    return super.ofType(...types);
  }

  override byUrn(urn: string): ReturnType<Stack["byUrn"]> {
    this.urns.add(urn);
    return super.byUrn(urn);
  }

  /** Whether what it was asked may have another answer once resources of these types and urns are different. */
  isConcernedBy(types: ReadonlySet<string>, urns: ReadonlySet<string>): boolean {
    const named = new Set([...types].map(newestType));
    return this.isAll || !this.types.isDisjointFrom(named) || !this.urns.isDisjointFrom(urns);
  }
}
