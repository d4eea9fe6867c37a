import type { ItemId } from "../../checklist/items.ts";
import type { MeasuredProbe } from "../../evidence/verify-results.ts";

/** What a release asks of the repository's server. */
export interface Repository {
  /** The commit that a branch is at; undefined where there is none. */
  branch(name: string, signal: AbortSignal): Promise<string | undefined>;
  createBranch(name: string, commit: string, signal: AbortSignal): Promise<void>;
  /** How many commits `commit` has that `base` lacks. */
  ahead(base: string, commit: string, signal: AbortSignal): Promise<number>;
  /** Open pull requests into the main branch that belong to a release, by its milestone. */
  openPullRequests(
    milestone: string,
    signal: AbortSignal,
  ): Promise<readonly { number: number; title: string }[]>;
  /** How each check of a commit ended; one that was skipped, or has no opinion, is left out. */
  checks(commit: string, signal: AbortSignal): Promise<readonly Check[]>;
  /** The commit that a tag is at; undefined where there is none. */
  tag(name: string, signal: AbortSignal): Promise<string | undefined>;
  release(tag: string, signal: AbortSignal): Promise<PublishedRelease | undefined>;
  /** Drafts a release whose notes the server generates from the merged pull requests. */
  draftRelease(tag: string, commit: string, signal: AbortSignal): Promise<PublishedRelease>;
  publishRelease(id: string, signal: AbortSignal): Promise<void>;
  /** Open issues with a label. */
  openIssues(
    label: string,
    signal: AbortSignal,
  ): Promise<readonly { number: number; title: string; body: string }[]>;
  createIssue(
    issue: { title: string; body: string; labels: readonly string[] },
    signal: AbortSignal,
  ): Promise<{ url: string }>;
}

export type CheckEnd = "success" | "failure" | "pending";

export interface Check {
  name: string;
  /** Of several runs of one app the worst, and one that has not ended may still fail. */
  end: CheckEnd;
  /** Number of the app that reported it; undefined for a status, which any token that may write one reports. */
  app: number | undefined;
}

export interface PublishedRelease {
  id: string;
  url: string;
  draft: boolean;
  notes: string;
}

/** What watches a stack. */
export interface Alerts {
  /**
   * Names of the alerts that fired between two moments.
   *
   * @returns undefined where the watch has no data for a part of that time
   */
  fired(from: Date, to: Date, signal: AbortSignal): Promise<readonly string[] | undefined>;
}

/** Measures what a stack serves, and records it as evidence. */
export interface Verifier {
  verify(
    request: { commit: string; release: string; only?: readonly ItemId[] },
    signal: AbortSignal,
  ): Promise<readonly MeasuredProbe[]>;
}

/** An item as the decision has it. */
export interface DecidedItem {
  id: ItemId;
  verdict: string;
  blocks: boolean;
  reason: string;
}

/** The decision, from the evidence. */
export interface Decisions {
  decide(
    request: { phase: "before" | "release" | "after"; commit: string },
    signal: AbortSignal,
  ): Promise<{ go: boolean; items: readonly DecidedItem[] }>;
}
