import type { Failure } from "../lib/failure.ts";
import { listed } from "../lib/text.ts";
import { VendorProblem } from "../vendors/problem.ts";
import { type ComparedBase, claimIn, objectionTo } from "./claim.ts";
import { isOfAnother, isOneHead, type OpenPullRequest } from "./open.ts";
import type { Repository } from "./repository.ts";
import {
  type Artifact,
  artifactName,
  artifactsOf,
  isOfPullRequest,
  type Results,
  resultsIn,
} from "./results.ts";
import { dayOf, type WorkflowRun } from "./run.ts";
import { type StackResult, stackResult } from "./stack-result.ts";
import { previewedStacks } from "./stacks.ts";
import { couldNotTell, type Judgment, judge, noVerdict } from "./verdict.ts";

/** What GitHub knows of a pull request's head at one moment. */
export interface Finding {
  readonly pull: OpenPullRequest;
  /** The newest run with a verdict, else the newest; undefined where there is none. */
  readonly run: WorkflowRun | undefined;
  readonly judgment: Judgment;
  readonly stacks: readonly StackResult[];
  /** What the run was compared with, where that is on the base. */
  readonly base?: ComparedBase | undefined;
  readonly unreadable?: Failure | undefined;
  /** Runs that gave no verdict, the newest first: those before the verdict, or all that were not looked at too. */
  readonly silent: readonly Silent[];
}

/** A run that gave no verdict, and why. */
export interface Silent {
  readonly run: WorkflowRun;
  readonly why: string;
}

/**
 * Runs of one head whose artifacts are looked at. Those without a conclusion cost no request and do not count: each
 * edit of a title begins a run and cancels the one before, so that a stranger can make as many as he wants.
 */
const mostLookedAt = 20;

const noResults: readonly StackResult[] = previewedStacks.map(() => ({ kind: "missing" }));

/** Reads runs and what they kept, each archive once. */
export class Findings {
  #repository: Repository;
  #downloads = new Map<number, Promise<Results>>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /**
   * The newest verdict on a pull request. A run without one leaves the word to the one before it, and is named.
   *
   * @param runs those of the pull request's head, the newest first
   * @param others open pull requests, among which those with the same head have the same runs
   */
  async of(
    pull: OpenPullRequest,
    runs: readonly WorkflowRun[],
    others: readonly OpenPullRequest[],
  ): Promise<Finding> {
    const sharing = others.filter(
      (other) => other.number !== pull.number && other.head.sha === pull.head.sha && isOneHead(pull, other),
    );
    const silent: Silent[] = [];
    let newest: Finding | undefined;
    let lookedAt = 0;
    for (const run of runs) {
      const isFree = saysNothing(pull, run, sharing) !== undefined;
      if (!isFree && lookedAt === mostLookedAt) {
        // The comment may have its verdict, which stays.
        silent.push({ run, why: "" });
        continue;
      }
      if (!isFree) lookedAt += 1;
      const found = await this.#ofRun(pull, run, sharing);
      if (found === undefined) continue;
      if (found.judgment.verdict !== "none") return { ...found, silent };
      newest ??= found;
      silent.push({ run, why: found.judgment.why ?? "" });
    }
    return { ...(newest ?? { pull, run: undefined, judgment: noRun, stacks: noResults }), silent };
  }

  async #ofRun(
    pull: OpenPullRequest,
    run: WorkflowRun,
    sharing: readonly OpenPullRequest[],
  ): Promise<Finding | undefined> {
    const finding = (judgment: Judgment): Finding => {
      return { pull, run, judgment, stacks: noResults, silent: [] };
    };
    const nothing = saysNothing(pull, run, sharing);
    if (nothing !== undefined) return finding(nothing);
    try {
      return await this.#ofEnded(pull, run, sharing, finding);
    } catch (error) {
      const isKnown = isOwnBranch(pull, run) && sharing.length === 0;
      if (!(error instanceof VendorProblem) || !isKnown) throw error;
      // What was said of an older run must not stand for this one.
      return {
        ...finding(couldNotTell("GitHub does not say what it found. Run this again.")),
        unreadable: error,
      };
    }
  }

  async #ofEnded(
    pull: OpenPullRequest,
    run: WorkflowRun,
    sharing: readonly OpenPullRequest[],
    finding: (judgment: Judgment) => Finding,
  ): Promise<Finding | undefined> {
    const unfinished = noVerdict(run.conclusion);
    const isOwn = isOwnBranch(pull, run);
    const kept = await artifactsOf(this.#repository, run.id);
    const numbers = [pull, ...sharing]
      .map(({ number }) => number)
      .filter((number) => kept.some(({ name }) => name === artifactName(number)));
    // The branch had another name when the run began, or is another one: then it is not this pull request's run.
    if (!isOwn && !numbers.includes(pull.number)) return undefined;
    if (!isOwn && (await isOfAnother(this.#repository, pull, run))) return undefined;
    if (numbers.length === 1 && !numbers.includes(pull.number)) return undefined;
    if (unfinished !== undefined) return finding(unfinished);
    if (numbers.length > 1) {
      return finding(
        couldNotTell(`It claims to be of the pull requests ${inWords(numbers)}, and can be of one only.`),
      );
    }
    if (numbers.length === 0 && sharing.length > 0) {
      const all = inWords([pull, ...sharing].map(({ number }) => number));
      return finding(couldNotTell(`It does not say which of the pull requests ${all} it judged.`));
    }
    if (numbers.length === 0 && kept.some(isOfPullRequest)) {
      return finding(couldNotTell("Its results say that they are another pull request's."));
    }
    return await this.#judged(pull, run, kept);
  }

  async #judged(pull: OpenPullRequest, run: WorkflowRun, kept: readonly Artifact[]): Promise<Finding> {
    const results = await this.#resultsOf(pull, kept);
    const finding = { pull, run, silent: [], stacks: noResults };
    if (results.kind !== "files") {
      const unreadable = results.kind === "unreadable" ? results.reason : undefined;
      return { ...finding, judgment: judge(run.conclusion, results, noResults), unreadable };
    }
    const claim = claimIn(results.files);
    const objection = await objectionTo(this.#repository, claim, run, pull);
    if (objection !== undefined) return { ...finding, judgment: couldNotTell(objection) };
    const stacks = previewedStacks.map((stack) => stackResult(results.files, stack, dayOf(run)));
    return {
      ...finding,
      stacks,
      judgment: judge(run.conclusion, results, stacks),
      base: claim?.base ?? undefined,
    };
  }

  #resultsOf(pull: OpenPullRequest, kept: readonly Artifact[]): Promise<Results> {
    const name = artifactName(pull.number);
    const newest = Math.max(0, ...kept.filter((each) => each.name === name).map(({ id }) => id));
    const known = this.#downloads.get(newest);
    if (known !== undefined && newest !== 0) return known;
    const download = resultsIn(this.#repository, kept, name);
    this.#downloads.set(newest, download);
    return download;
  }
}

/** What a run is said to be without a look at what it kept: one that has no verdict, and is nobody else's. */
function saysNothing(
  pull: OpenPullRequest,
  run: WorkflowRun,
  sharing: readonly OpenPullRequest[],
): Judgment | undefined {
  return isOwnBranch(pull, run) && sharing.length === 0 ? noVerdict(run.conclusion) : undefined;
}

function isOwnBranch(pull: OpenPullRequest, run: WorkflowRun): boolean {
  return run.head_branch === null || run.head_branch === pull.head.ref;
}

const noRun: Judgment = couldNotTell(
  "GitHub starts none for a commit that says `[skip ci]`, for a pull request that conflicts with its base, or where the workflow is disabled.",
);

function inWords(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((one, other) => one - other);
  return listed(sorted.map(String), "and");
}
