import type { PreviewResource } from "../engine/resource.ts";
import type { UnreadPart } from "./document.ts";

/** A state that was exported, and of which stack it is. */
export interface ExportedState {
  /** Where it was read. */
  readonly path: string;
  /** Undefined for a state that names no project, such as an empty one. */
  readonly project: string | undefined;
  readonly stack: string | undefined;
  readonly resources: readonly PreviewResource[];
  /** What of it could not be read as a resource, in words. */
  readonly warnings: readonly string[];
  /** What of it no policy sees, though policies judge its vendor: nothing passes for it. */
  readonly unread?: readonly UnreadPart[];
}
