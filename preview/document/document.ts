import type { ViolationWaiver } from "../../checklist/violation.ts";
import type { SourcePosition } from "../../lib/failure.ts";
import type { PropertyMap, PropertyValue } from "../engine/values.ts";
import type { EnforcementLevel } from "../packs/pack-config.ts";

/** What a preview found, as `preview --json` prints it. */
export interface PreviewDocument {
  project: string;
  stack: string;
  resources: ShownResource[];
  /** What the stack exports: an unknown value is `{"unknown":true}`, a secret one `"[secret]"`. */
  outputs: PropertyMap;
  policies: PolicyOutcome[];
  /** What policies object to, each once, with every policy that it concerns. */
  findings?: ShownFinding[];
  /** What policies changed before anything was judged. */
  remediations: AppliedRemediation[];
  /** What the program and the packs logged or printed. */
  messages: { severity: string; message: string; urn: string }[];
  /** Milliseconds from the start of the preview. */
  timings: { programMs: number; packsLoadedMs: number };
  summary: {
    resources: number;
    passed: number;
    violated: number;
    mandatory: number;
    advisory: number;
    waived: number;
    unknown: number;
    /** Policies about what `manage` leaves to somebody else; absent without any. */
    elsewhere?: number;
    notApplicable: number;
    durationMs: number;
  };
  /** Settings that ask less of the stack than of a production platform, each as a sentence; absent without any. */
  exceptions?: string[];
  /** What changed since a preview that was saved before. */
  diff?: PreviewDiff;
  /** What vendors have and was not read; only where their answers were judged. */
  unread?: UnreadPart[];
}

/** A part of a platform that was not read, so that what depends on it is unknown. */
export interface UnreadPart {
  vendor: string;
  /** What it is, such as `DNS records of example.com`. */
  what: string;
  why: string;
  /** Nobody asked for it, whatever the token may read. */
  unasked?: true;
}

export type PolicyStatus = "passed" | "violated" | "waived" | "not-applicable" | "unknown" | "elsewhere";

export interface PolicyOutcome {
  pack: string;
  name: string;
  description: string;
  enforcement: EnforcementLevel;
  /** Ids of the requirements that the policy covers. */
  items: string[];
  status: PolicyStatus;
  /** How to fix a violation, where the pack says so. */
  fix?: string;
  violations: ShownViolation[];
}

export interface ShownViolation {
  urn: string;
  /** What was found, or why it is not known. */
  message: string;
  /** Where it is not that of the policy as a whole. */
  status?: "waived" | "unknown" | "unproved";
  /** The setting that it is about, else the line that declares its resource, else the stack's settings. */
  source?: SourcePosition;
  /** The line that declares its resource, where `source` is that of a setting. */
  declared?: SourcePosition;
  /** Path of the property within the resource. */
  property?: string;
  /** Path of the setting, without the project's namespace. */
  setting?: string;
  /** What must hold, where it is not the policy's description. */
  expected?: string;
  /** What to do, where it is not the policy's fix. */
  fix?: string;
  waiver?: ViolationWaiver;
}

/** One thing that is wrong, whichever policies say so. */
export interface ShownFinding {
  urn: string;
  /** What was found. */
  message: string;
  /** Path of the property within the resource. */
  property?: string;
  /** Path of the setting, without the project's namespace. */
  setting?: string;
  /** The strictest level of the policies. */
  enforcement: EnforcementLevel;
  /** Names of the policies that object to it. */
  policies: string[];
  /** Ids of the requirements that it concerns. */
  items: string[];
}

export interface ShownResource {
  urn: string;
  type: string;
  name: string;
  parent: string;
  custom: boolean;
  protect: boolean;
  /** What an update would do; a resource of a state stays as it is. */
  operation: "create" | "read" | "same";
  /** An unknown value is `{"unknown":true}`, a secret one `"[secret]"`. */
  inputs: PropertyMap;
  /** Options that are set, besides `protect` and the parent. */
  options?: ResourceOptions;
  /** Where the program declares it, where that is known. */
  source?: SourcePosition;
}

/** Options of a resource that are set. */
export interface ResourceOptions {
  retainOnDelete?: true;
  replaceOnChanges?: string[];
  deletedWith?: string;
  replaceWith?: string[];
  hideDiffs?: string[];
  replacementTrigger?: PropertyValue;
  importId?: string;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
  additionalSecretOutputs?: string[];
  /** Seconds. */
  customTimeouts?: { create?: number; update?: number; delete?: number; read?: number };
}

/** What a policy made of a resource's inputs. */
export interface AppliedRemediation {
  pack: string;
  policy: string;
  urn: string;
  /** False in a state, which stays as it is: this is what an update would change. */
  applied: boolean;
  properties: PropertyChange[];
}

export type NamedResource = Pick<ShownResource, "urn" | "type" | "name">;

/** One property that is there on one side only, or differs. */
export interface PropertyChange {
  /** Such as `rules[0].action`; `(protect)` and `(parent)` are the options. */
  path: string;
  change: "added" | "removed" | "changed";
  /** Absent where it is added. `"[secret]"` where either side is or holds a secret. */
  before?: PropertyValue;
  /** Absent where it is removed. */
  after?: PropertyValue;
}

export interface ResourceChange extends NamedResource {
  properties: PropertyChange[];
  /** Changes beyond those that are listed. */
  left: number;
}

/** What a policy said; absent where the pack did not have it. */
export interface PolicyVerdict {
  status: PolicyStatus;
  enforcement: EnforcementLevel;
}

export interface PolicyChange {
  pack: string;
  name: string;
  /** Items of the checklist that it decides; absent for a policy that only the base has. */
  items?: string[];
  before?: PolicyVerdict;
  after?: PolicyVerdict;
}

/** What changed from a saved preview to another. */
export interface PreviewDiff {
  /** Why there is nothing to compare with: the saved preview could not tell. */
  unavailable?: string;
  added: NamedResource[];
  removed: NamedResource[];
  changed: ResourceChange[];
  policies: PolicyChange[];
  /** Values that are secret on both sides: whether they changed is not known. */
  secrets: number;
}
