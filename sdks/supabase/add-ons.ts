import { field, parse, refusal, succeeded } from "./answers.ts";
import { type Access, call } from "./management-api.ts";

/** The add-ons of a project, as far as they matter to PITR. */
export interface AddOns {
  /** Selected variant of PITR, such as pitr_7. */
  readonly pitr: string | undefined;
  /** Compute size; micro where none is selected, since the smallest ones are no add-ons. */
  readonly compute: string;
  /** Kinds of add-on that the project can have. */
  readonly offered: string[];
}

/** A variant to select, and the compute size that it meets. */
export interface Selection {
  readonly type: string;
  readonly variant: string;
  readonly compute: string;
}

/**
 * The add-ons of a project, undefined where there is no such project.
 *
 * @throws Error where the API refuses, or answers something undocumented.
 */
export async function findAddOns(access: Access, projectRef: string): Promise<AddOns | undefined> {
  const path = addOnsPath(projectRef);
  const answer = await call(access, "GET", path);
  if (answer.status === 404) {
    return undefined;
  }
  if (!succeeded(answer)) {
    const action = `read the add-ons of project ${projectRef}`;
    throw new Error(refusal(access, answer, action, "infra_add_ons_read"));
  }
  const body = parse(answer, `GET ${path}`);
  const selected = list(body, "selected_addons").map((addOn) => ({
    type: text(addOn, "type"),
    variant: text(field(addOn, "variant"), "id"),
  }));
  const offered = list(body, "available_addons").map((addOn) => text(addOn, "type"));
  const compute = selected.find(({ type }) => type === "compute_instance")?.variant ?? "ci_micro";
  return {
    pitr: selected.find(({ type }) => type === "pitr")?.variant,
    compute: compute.replace(/^ci_/, ""),
    offered,
  };
}

/**
 * Selects a variant; one that is selected already stays so, at no further cost.
 *
 * @throws Error where plan, compute size or token do not allow it.
 */
export async function selectAddOn(access: Access, projectRef: string, selection: Selection): Promise<void> {
  const { type, variant, compute } = selection;
  const body = { addon_type: type, addon_variant: variant };
  try {
    const answer = await call(access, "PATCH", addOnsPath(projectRef), body);
    if (!succeeded(answer)) {
      const action = `enable ${variant} for project ${projectRef}`;
      throw new Error(
        `${refusal(access, answer, action, "infra_add_ons_write")} ${requirements(answer.status, compute)}`.trim(),
      );
    }
  } catch (error) {
    // No answer does not mean no effect: what is selected now decides.
    if (!(await isSelected(access, projectRef, variant))) {
      throw error;
    }
  }
}

/** Cancels a variant; one that is not selected any more, or whose project is gone, is cancelled. */
export async function removeAddOn(access: Access, projectRef: string, variant: string): Promise<void> {
  const path = `${addOnsPath(projectRef)}/${encodeURIComponent(variant)}`;
  const answer = await call(access, "DELETE", path);
  if (succeeded(answer) || answer.status === 404 || !(await isSelected(access, projectRef, variant))) {
    return;
  }
  const action = `cancel ${variant} of project ${projectRef}`;
  throw new Error(refusal(access, answer, action, "infra_add_ons_write"));
}

async function isSelected(access: Access, projectRef: string, variant: string): Promise<boolean> {
  try {
    return (await findAddOns(access, projectRef))?.pitr === variant;
  } catch {
    return false;
  }
}

function addOnsPath(projectRef: string): string {
  return `/v1/projects/${encodeURIComponent(projectRef)}/billing/addons`;
}

/** What to look at when a selection is refused for what it is, and not for who asks. */
function requirements(status: number, compute: string): string {
  return status === 401 || status === 403 || status === 404
    ? ""
    : `PITR needs plan Pro or higher and compute size small or larger; the project runs on ${compute}.`;
}

function list(body: unknown, key: string): unknown[] {
  const value = field(body, key);
  if (!Array.isArray(value)) {
    throw new Error(`Supabase answered its add-ons without the list ${key}.`);
  }
  return value;
}

function text(body: unknown, key: string): string {
  const value = field(body, key);
  if (typeof value !== "string") {
    throw new Error(`Supabase answered an add-on without the text ${key}.`);
  }
  return value;
}
