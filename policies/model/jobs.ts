import type { Resource } from "../framework/index.ts";
import { render } from "./tokens.ts";

/** Whether a resource runs on a schedule, and not for visitors. */
export const isJob = (resource: Resource): boolean => resource.type === render.cronJob;
