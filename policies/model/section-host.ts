import type { AnyValue, Resource, Verdict } from "../framework/index.ts";

/** Code that a vendor builds and deploys. */
export interface CodeSource {
  readonly repository: AnyValue;
  readonly branch: AnyValue;
  /** Whether what is merged there is deployed by itself; absent where another policy asks. Throws UnknownRead. */
  readonly isDeployed?: () => Verdict;
  /** Set where it is pages alone, which no branch of production is asked for. */
  readonly isStatic?: true;
}

/** An image that a vendor runs. */
export interface ImageSource {
  readonly resource: Resource;
  readonly image: AnyValue;
  /** Whether what runs has variables of the application. Throws UnknownRead. */
  readonly hasSecrets: () => boolean;
}

/** Sections of the checklist that are about hosts of one vendor. */
export type Section = "7R" | "7V";

/** What a vendor has of the section of the checklist that is about its hosts. */
export interface SectionUse {
  readonly id: Section;
  /** Whether the stack has something at the vendor. */
  readonly isUsed: boolean;
  readonly hosts: readonly SectionHost[];
  /** What shows visitors something else than what the hosts deploy by themselves. */
  readonly besides?: readonly BesideHost[];
}

/** What the stack declares beside a vendor's hosts; the domains of the platform are those that concern it. */
export interface BesideHost {
  readonly resource: Resource;
  readonly verdict: (isPlatforms: (host: string) => boolean) => Verdict;
}

/** A host of which a section of its own asks more than the others do. Each question may throw UnknownRead. */
export interface SectionHost {
  readonly resource: Resource;
  /** Whether what is deployed there reaches its visitors. */
  readonly serves: () => Verdict;
  /** What it is built from; empty where it runs an image. */
  readonly sources: () => readonly CodeSource[];
  /** Folders and files of the repository that it is built from, or that it serves. */
  readonly folders: readonly AnyValue[];
  /** Whether it says all that has to be said of how it is built and started. */
  readonly declares: () => Verdict;
  /** Whether what is merged is deployed by itself. */
  readonly deploys?: () => Verdict;
  /** Whether it answers on a domain of its own; the domains of the platform are those that it may redirect to. */
  readonly ownDomain: (isPlatforms: (host: string) => boolean) => Verdict;
  /** Whether its vendor asks it whether it can serve. */
  readonly health?: () => Verdict;
  /** Whether it scales between bounds, the lower of which is the figure or more. */
  readonly scaling?: (fewest: number) => Verdict;
  /** Whether what served before is there for so many days, so that it can serve again. */
  readonly keeps?: (days: number) => Verdict;
  /** Whether it shows nothing of its source, and builds no stranger's code with its variables. */
  readonly closed?: () => Verdict;
  /** Whether only those who sign in, or come from named networks, see what is not yet released. */
  readonly hidesPreviews?: () => Verdict;
}

/** An environment of a vendor, in which hosts of one stage are. Each question may throw UnknownRead. */
export interface HostEnvironment {
  readonly resource: Resource;
  readonly name: () => string;
  /** Whether only some members of the account may change it and read its secrets. */
  readonly isProtected: () => Verdict;
  /** Whether hosts of other environments do not reach its own. */
  readonly isIsolated: () => Verdict;
}

/** What a host may take variables from beside those that are declared. */
export interface VariableFiles {
  readonly resource: Resource;
  /** Files that are put beside the program. Throws UnknownRead. */
  readonly files: () => readonly VariableFile[];
  readonly commands: readonly AnyValue[];
}

export interface VariableFile {
  readonly name: string;
  readonly at: AnyValue;
  /** What is in it; the file itself, where that is unknown. */
  readonly content: AnyValue;
}
