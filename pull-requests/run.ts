import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";

const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/);
const id = z.int().positive();

/** A run of a workflow, as the `workflow_run` event describes it to the workflow that follows. */
const runEvent = z.object({
  repository: z.object({
    id: id.optional(),
    full_name: repositoryName,
    default_branch: z.string().min(1),
  }),
  workflow_run: z.object({
    id,
    workflow_id: id.optional(),
    // A name is anyone's to take: a pull request may bring a workflow of the same name, but not at the same path.
    path: z.string().regex(/^\.github\/workflows\/pull-request\.yml(?:@.*)?$/, "the project's own workflow"),
    run_number: id,
    run_attempt: id.default(1),
    event: z.string(),
    conclusion: z.string().max(100).nullable(),
    head_sha: z.string().regex(/^[0-9a-f]{40}$/),
    head_branch: z.string().min(1),
    // A fork can be deleted before its run has finished.
    head_repository: z
      .object({ id: id.optional(), full_name: repositoryName, owner: z.object({ login: z.string() }) })
      .nullable(),
  }),
});

export type RunEvent = z.infer<typeof runEvent>;

/** The largest event in bytes, which is GitHub's own limit for a payload. */
const eventLimit = 25_000_000;

/** @throws {Failure} when the file is not the event of a finished run */
export function readRunEvent(file: string): RunEvent {
  let value: unknown;
  try {
    if (statSync(file).size > eventLimit)
      throw new Failure("refused", `${file} is larger than ${eventLimit} bytes`);
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      "refused",
      `Cannot read ${file} as JSON; GITHUB_EVENT_PATH must name the event of a run`,
    );
  }
  const event = runEvent.safeParse(value);
  if (!event.success) {
    throw new Failure(
      "refused",
      `${file} is not the event of a finished run:\n${z.prettifyError(event.error)}`,
    );
  }
  return event.data;
}

/** Whether two repositories are one: by id, which a renamed repository keeps, else by name. */
export function isSameRepository(one: Named | null, other: Named | null): boolean {
  if (one === null || other === null) return false;
  if (one.id !== undefined && other.id !== undefined) return one.id === other.id;
  return one.full_name.toLowerCase() === other.full_name.toLowerCase();
}

interface Named {
  readonly id?: number | undefined;
  readonly full_name: string;
}
