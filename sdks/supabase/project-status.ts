import { field, parse, refusal, succeeded } from "./answers.ts";
import { type Access, call, poll } from "./management-api.ts";

/** Statuses in which a project takes changes, and those that pass by themselves. */
const ready = ["ACTIVE_HEALTHY", "ACTIVE_UNHEALTHY"];
const passing = ["COMING_UP", "RESTORING", "RESTARTING", "RESIZING", "UPGRADING", "UNKNOWN"];

/**
 * Waits until a project takes changes: a new or resized one is coming up for minutes.
 *
 * @throws Error where there is no such project, it is paused or failed, or it takes too long.
 */
export async function waitUntilReady(access: Access, projectRef: string): Promise<void> {
  let status = "";
  const done = await poll(access, async () => {
    status = await statusOf(access, projectRef);
    return passing.includes(status) ? undefined : status;
  });
  if (done === undefined) {
    throw new Error(
      `Supabase project ${projectRef} is still ${status}: try again once it is ACTIVE_HEALTHY.`,
    );
  }
  if (!ready.includes(done)) {
    throw new Error(`Supabase project ${projectRef} is ${done}: only an active project takes changes.`);
  }
}

async function statusOf(access: Access, projectRef: string): Promise<string> {
  const path = `/v1/projects/${encodeURIComponent(projectRef)}`;
  const answer = await call(access, "GET", path);
  if (!succeeded(answer)) {
    throw new Error(refusal(access, answer, `read project ${projectRef}`, "project_admin_read"));
  }
  const status = field(parse(answer, `GET ${path}`), "status");
  if (typeof status !== "string" || !/^[A-Z_]{1,40}$/.test(status)) {
    throw new Error(`Supabase answered GET ${path} without a status.`);
  }
  return status;
}
