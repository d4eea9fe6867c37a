import { adapters } from "../adapters/index.ts";
import type { Resource } from "../framework/index.ts";

/** Whether a resource runs on a schedule, and not for visitors. */
export const isJob = ({ type }: Resource): boolean =>
  adapters.some(({ jobTypes }) => jobTypes?.includes(type));
