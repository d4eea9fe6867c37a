import { Failure } from "../lib/failure.ts";
import { makePrivateFolder, removeFolder } from "../lib/files.ts";
import { killGroupsOnSignal } from "../lib/process-groups.ts";
import { Places } from "../project/places.ts";
import { type Project, projectNameOf, projectWithout, readProject, stackNames } from "../project/project.ts";
import { Sources } from "../project/sources.ts";
import { deadline } from "./deadline.ts";
import type { PreviewDocument } from "./document/document.ts";
import type { ExportedState } from "./document/exported.ts";
import { Origins } from "./document/origins.ts";
import { asksForOrigins, previewDocument } from "./document/outcome.ts";
import { Secrets } from "./document/secrets.ts";
import { readState } from "./document/state.ts";
import { withUntold } from "./document/unread.ts";
import { nameOf } from "./engine/urn.ts";
import { isolationFor } from "./isolation/index.ts";
import type { PreviewOptions } from "./options.ts";
import { Session } from "./session.ts";

export { projectNameOf } from "../project/project.ts";
export type { PolicyOutcome, PreviewDocument, ShownResource, ShownViolation } from "./document/document.ts";
export type { ExportedState } from "./document/exported.ts";
export { readSavedPreview } from "./document/saved.ts";
export { readState } from "./document/state.ts";
export { stateOfInventory, tokenOf } from "./document/terraform/inventory.ts";
export { type Untold, withUntold } from "./document/unread.ts";
export type { IsolationOptions } from "./isolation/index.ts";
export type { PreviewOptions } from "./options.ts";
export { type PackConfig, readPackConfig } from "./packs/pack-config.ts";
export { renderPreview } from "./report/render.ts";

/** Milliseconds for which nothing may come of a program or a pack, by default. */
export const defaultTimeoutMs = 60_000;

/** What an isolated preview may take as a whole, in times of that: a stranger's program could always say one thing more. */
const wholeTimes = 30;

/**
 * Runs a Pulumi program and policy packs without the Pulumi CLI, plugins, an account or a network, and
 * judges every resource that the program declares.
 *
 * @throws {Failure} when it could not tell: a program or a pack that fails, a limit, bad settings
 */
export async function preview(options: PreviewOptions): Promise<PreviewDocument> {
  checkPackConfigs(options);
  const folder = makePrivateFolder("preview");
  try {
    return await previewIn(folder, options);
  } finally {
    removeFolder(folder);
  }
}

async function previewIn(folder: string, options: PreviewOptions): Promise<PreviewDocument> {
  const started = performance.now();
  const isolation = isolationFor(options.isolation, folder);
  const state = typeof options.state === "string" ? readState(options.state) : options.state;
  const mayRead = (path: string): void => isolation.mayRead(options.cwd, path);
  const project = projectOf(options, state, mayRead);
  const secrets = new Secrets();
  for (const text of project.givenSecrets) secrets.add(text);
  const removeHandlers = handleSignals(options.signal === undefined);
  const stopped = rejectionOf(options.signal);
  const sources = new Sources(project.root, project.programDirectory);
  const places = new Places(project, sources);
  const limitMs = options.timeoutMs ?? defaultTimeoutMs;
  const wholeMs = options.isolation === undefined ? undefined : limitMs * wholeTimes;
  const timer = deadline(limitMs, wholeMs, () => session.waitingFor);
  const { advanced } = timer;
  const session = new Session({ project, options, state, secrets, sources, isolation, folder, advanced });
  try {
    const judged = await Promise.race([session.run(), session.overflow, timer.expired, stopped]);
    options.onResources?.(judged.resources);
    const origins = asksForOrigins(judged.verdicts) ? await Origins.of(judged.origins) : undefined;
    const source = state === undefined ? "program" : "state";
    const document = previewDocument({
      ...judged,
      origins,
      project,
      source,
      places,
      secrets,
      base: options.base,
      overrides: options.config,
      durationMs: performance.now() - started,
    });
    const parts = state?.unread ?? [];
    return parts.length === 0 ? document : withUntold(document, { urns: new Set(), parts, hasSecrets: true });
  } catch (error) {
    options.signal?.throwIfAborted();
    const soFar = await Promise.race([session.judgedSoFar(error), timer.expired]).catch(() => undefined);
    const document =
      soFar &&
      previewDocument({
        ...soFar,
        origins: undefined,
        project,
        source: "program",
        places,
        secrets,
        durationMs: 0,
      });
    throw scrubbedError(error, secrets, places, document && objectionsIn(document));
  } finally {
    timer.cancel();
    await session.close();
    removeHandlers();
  }
}

/** The project that is judged: the one in `cwd`, or the one that a state says that it is of. */
function projectOf(
  { cwd, stack, organization, config: overrides, asStated }: PreviewOptions,
  state: ExportedState | undefined,
  mayRead: (path: string) => void,
): Project {
  const isOwn = state === undefined || isSettled(cwd, state);
  if (isOwn || state.project === undefined || asStated !== true) {
    // A state of somebody else's holds what this stack leaves to them, so all of it is judged.
    const judgeAll = isOwn ? [] : ["manage={}"];
    return readProject({ cwd, stack, organization, overrides: [...(overrides ?? []), ...judgeAll], mayRead });
  }
  return projectWithout({ name: state.project, stack, organization, overrides, file: state.path });
}

/** Whether the settings of a state's stack are in `cwd`. */
function isSettled(cwd: string, { project, stack }: ExportedState): boolean {
  return projectNameOf(cwd) === project && stack !== undefined && stackNames(cwd).includes(stack);
}

/** Ends the run with this process, and leaves nobody a way to open this one's inspector. */
function handleSignals(raises: boolean): () => void {
  const removeHandlers = killGroupsOnSignal(raises);
  // Without a handler, Node.js opens its inspector to whoever may send the signal.
  const ignore = (): void => undefined;
  process.on("SIGUSR1", ignore);
  return () => {
    removeHandlers();
    process.off("SIGUSR1", ignore);
  };
}

/** Rejects with the reason of a signal that is raised. */
function rejectionOf(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  if (signal?.aborted) reject(signal.reason);
  return promise;
}

/** @throws {Failure} when a configuration has no pack to go with */
function checkPackConfigs({ policyPacks = [], policyPackConfigs = [] }: PreviewOptions): void {
  if (policyPackConfigs.length <= policyPacks.length) return;
  throw new Failure(
    "policy-pack",
    `${policyPackConfigs.length} configurations for ${policyPacks.length} policy packs: each goes with the pack in its place`,
  );
}

/** What failed, in words that hold no secret: a program's own error may quote one. */
function scrubbedError(error: unknown, secrets: Secrets, places: Places, more: string[] = []): unknown {
  if (!(error instanceof Failure)) return error;
  const scrubbed = new Failure(error.kind, [secrets.scrub(error.message), ...more].join("\n"));
  scrubbed.stack = secrets.scrub(error.stack ?? "");
  if (error.kind === "program") scrubbed.problems = places.problemsIn(scrubbed.message);
  return scrubbed;
}

/** What policies said of the resources that came before a preview's end. */
function objectionsIn({ policies }: PreviewDocument): string[] {
  const judged = policies.filter(({ status }) => status !== "not-applicable");
  const lines = judged
    .filter(({ status }) => status === "violated")
    .flatMap(({ name, enforcement, violations }) =>
      violations.map(({ urn, message }) => `  ${name} [${enforcement}], ${nameOf(urn)}: ${message}`),
    );
  if (judged.length === 0) return [];
  return lines.length === 0
    ? ["Until then, the policies for resources objected to nothing; those for the stack did not run."]
    : ["Until then, policies objected; those for the stack did not run:", ...lines];
}
