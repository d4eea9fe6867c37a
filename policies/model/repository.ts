import type { AnyValue, Resource, Verdict } from "../framework/index.ts";

/** A repository, and what its host does for it. Each question may throw UnknownRead. */
export interface CodeRepository {
  /** Its resource, on which a violation is reported; undefined if it is declared elsewhere. */
  readonly resource: Resource | undefined;
  /** Whether it is searched for secrets, and a push with one is rejected. */
  readonly scansSecrets: () => Verdict;
  /** Whether people are told of dependencies with known vulnerabilities. */
  readonly alertsToDependencies: () => Verdict;
  /** Whether pull requests update those. */
  readonly updatesDependencies: () => Verdict;
  /** Whether workflows run only what is allowed, with as few rights as they need. */
  readonly restrictsWorkflows: () => Verdict;
  /** Whether somebody else approves each deployment to production. */
  readonly reviewsProduction: () => Verdict;
  /** Environments that hold credentials. */
  readonly environments: readonly CredentialEnvironment[];
}

/** An environment whose credentials a workflow gets. */
export interface CredentialEnvironment {
  readonly resource: Resource;
  /** Whether only branches and tags that rules guard get them; true of production, which is judged by itself. */
  readonly isLimited: () => Verdict;
}

/** A right that somebody or something has, beside the rules of branches. */
export interface Access {
  readonly resource: Resource;
  /** Whether nothing can be changed by it without review. Throws UnknownRead. */
  readonly isHarmless: () => Verdict;
}

export const access = (resource: Resource, isHarmless: () => Verdict): Access => ({ resource, isHarmless });

/** What updates a stack, or destroys it, by the clock. */
export interface StackClock {
  readonly resource: Resource;
  /** Whether it leaves production to those who approve. Throws UnknownRead. */
  readonly asksApproval: () => Verdict;
}

/** What looks for changes past the review by the clock. */
export interface DriftCheck {
  readonly resource: Resource;
  /** Its schedule in the five fields of cron. */
  readonly schedule: AnyValue;
}

/** What deploys a stack. Each question may throw UnknownRead. */
export interface StackDeployment {
  readonly resource: Resource;
  readonly label: string;
  /** Whether it stays: not a mere template of stacks for reviews. */
  readonly isTemplate: () => boolean;
  readonly previewsPullRequests: () => boolean;
  /** Whether every change of the program starts it. */
  readonly followsAll: () => Verdict;
  /** Whether it runs what has been reviewed, and nothing before it. */
  readonly runsReviewed: (isSupplied: (text: string) => boolean) => Verdict;
  /** Whether it deploys a branch that rules guard. */
  readonly deploysReviewed: () => Verdict;
  /** Whether this pack stops an update that violates it; in staging it is enough that it runs. */
  readonly isJudged: () => boolean;
}

/** What runs policy packs before the updates of stacks. Each question may throw UnknownRead. */
export interface PackGroup {
  readonly resource: Resource;
  /** Whether it runs this pack for at least one stack, and stops what violates it. */
  readonly enforces: () => boolean;
  /** A stack of production that it is for, and that nothing deploys. */
  readonly undeployed: () => string | undefined;
}
