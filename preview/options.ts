import type { ExportedState } from "./document/exported.ts";
import type { SavedPreview } from "./document/saved.ts";
import type { PreviewResource } from "./engine/resource.ts";
import type { IsolationOptions } from "./isolation/index.ts";
import type { PackConfig } from "./packs/pack-config.ts";

/** What to preview, and within which limits. */
export interface PreviewOptions {
  /** Folder with Pulumi.yaml. */
  cwd: string;
  stack: string;
  organization?: string | undefined;
  /** Folders with PulumiPolicy.yaml. */
  policyPacks?: readonly string[] | undefined;
  /** Configuration of each pack, by its place in `policyPacks`. */
  policyPackConfigs?: readonly PackConfig[] | undefined;
  /** `key=value`, before the stack's own configuration. */
  config?: readonly string[] | undefined;
  /** `stack:output=value`, for stack references. */
  stackOutputs?: readonly string[] | undefined;
  /** An exported state to judge in place of what the program declares, or the path of one. */
  state?: string | ExportedState | undefined;
  /** Judge the state as its own project and stack, with settings only if `cwd` is the folder of that project. */
  asStated?: boolean | undefined;
  /** A preview that was saved before, to say what changed since. */
  base?: SavedPreview | undefined;
  /** For how long nothing may come of the program or a pack, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Show whole stack traces of the program's errors, not only their place. */
  stackTraces?: boolean | undefined;
  /** How much each may print, in bytes. */
  outputBytes?: number | undefined;
  /** Keeps the program and the packs from the caller's own; without, they run as the caller. */
  isolation?: IsolationOptions | undefined;
  /** Ends the preview, with its reason, in place of a signal that ends this process. */
  signal?: AbortSignal | undefined;
  /** Told of each step, for a person who waits. */
  progress?: ((step: string) => void) | undefined;
  /** Told of what was declared, with what a document does not have: what refers to what, and older names. */
  onResources?: ((resources: readonly PreviewResource[]) => void) | undefined;
}
