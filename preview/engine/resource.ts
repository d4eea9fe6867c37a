import type { SourcePosition } from "../../lib/failure.ts";
import { type PropertyMap, type PropertyValue, unknown } from "./values.ts";

/** A resource that a previewed program declared, or that a state file holds. */
export interface PreviewResource {
  urn: string;
  type: string;
  name: string;
  /** URN of the parent; empty for the root stack and for providers that the engine makes. */
  parent: string;
  custom: boolean;
  /** What the provider knows the resource by; unknown until it is created, empty for a component. */
  id: string;
  /** Read from the provider, not managed by the stack. */
  external: boolean;
  protect: boolean;
  /** What the program asked for, after transforms and remediation; unknowns and secrets as they travel. */
  inputs: PropertyMap;
  /** What a stack policy sees: the inputs of a custom resource, the registered outputs of a component. */
  outputs: PropertyMap;
  /** URN of the provider; empty for a component. */
  provider: string;
  dependencies: string[];
  propertyDependencies: Map<string, string[]>;
  ignoreChanges: string[];
  /** URNs that the resource had in the state; what it declares matters only where it has one. */
  aliases: string[];
  /** URNs by which a state may still have what the program declares. */
  olderUrns: string[];
  additionalSecretOutputs: string[];
  deleteBeforeReplace: boolean | undefined;
  retainOnDelete: boolean;
  replaceOnChanges: string[];
  /** URN of the resource with which it is deleted; empty for none. */
  deletedWith: string;
  /** URNs of the resources with which it is replaced. */
  replaceWith: string[];
  /** Paths of properties whose changes are not shown. */
  hideDiffs: string[];
  /** A change of this value replaces it; undefined for none. */
  replacementTrigger: PropertyValue | undefined;
  /** Id of what exists and is to be imported; empty for none. */
  importId: string;
  /** Seconds; 0 where the provider's own limit holds. */
  timeouts: { create: number; update: number; delete: number; read: number };
  /** Where the program declares it, where that is known. */
  source: SourcePosition | undefined;
}

/** A resource with nothing set but its identity. */
export function bareResource(
  identity: Pick<PreviewResource, "urn" | "type" | "name" | "custom"> & Partial<PreviewResource>,
): PreviewResource {
  return {
    parent: "",
    external: false,
    protect: false,
    id: identity.custom ? unknown : "",
    inputs: {},
    outputs: identity.inputs ?? {},
    provider: "",
    dependencies: [],
    propertyDependencies: new Map(),
    ignoreChanges: [],
    aliases: [],
    olderUrns: [],
    additionalSecretOutputs: [],
    deleteBeforeReplace: undefined,
    retainOnDelete: false,
    replaceOnChanges: [],
    deletedWith: "",
    replaceWith: [],
    hideDiffs: [],
    replacementTrigger: undefined,
    importId: "",
    timeouts: { create: 0, update: 0, delete: 0, read: 0 },
    source: undefined,
    ...identity,
  };
}
