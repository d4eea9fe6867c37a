import { type Edit, objecting } from "../../recording/edited.ts";
import { record } from "../../recording/record.ts";
import type { RecordedStack } from "../../recording/stacks.ts";
import { production } from "../fixture.ts";

/** Records a sample platform, as a preview of its production stack does. */
export async function recordSample(project: string, run: () => unknown): Promise<RecordedStack> {
  const resources = await record({ project, stack: "production", run });
  return { resources, context: { ...production, scope: "platform" } };
}

/** Policies that object to a sample once it is edited, beside those that object to it anyway. */
export function newlyObjecting(sample: RecordedStack, edit: Edit): string[] {
  const before = new Set(objecting(sample));
  return objecting(edit(sample)).filter((name) => !before.has(name));
}

/** Takes a resource out. */
export const without =
  (...names: readonly string[]): Edit =>
  (stack) => ({ ...stack, resources: stack.resources.filter(({ name }) => !names.includes(name)) });

/** Changes the objects in a list among the inputs. */
export function mapped(value: unknown, change: (item: Record<string, unknown>) => object): unknown[] {
  return (Array.isArray(value) ? value : []).map((item: unknown) => change(Object(item)));
}
