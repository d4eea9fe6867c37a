import type { ItemId } from "../../checklist/items.ts";
import type { ControlState } from "../states.ts";
import type { Facts } from "./facts.ts";

/** Something of the repository that a machine can look at: it reads files and Git, and changes nothing. */
export interface Gate {
  kind: "gate" | "docs";
  /** In kebab case, unique. */
  name: string;
  /** What must hold, in a sentence. */
  title: string;
  items: readonly ItemId[];
  /** What to do where it does not hold. */
  fix: string;
  check: (repository: Repository) => Promise<GateFinding>;
}

export interface GateFinding {
  state: Exclude<ControlState, "waived">;
  /** What was found, or why nothing can be told. */
  summary: string;
  /** A file of the repository that shows it. */
  path?: string;
}

/** What gates look at. */
export interface Repository {
  /**
   * What a file says, by its path from the root; undefined where there is none, it is too large, or Git does not have
   * it, so that no commit would.
   */
  file(path: string): Promise<string | undefined>;
  /** What Git answers; undefined where it cannot. */
  git(args: readonly string[]): Promise<string | undefined>;
  /** What the stack declares, which its documents must name. */
  facts: Facts;
}
