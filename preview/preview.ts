import { Failure } from "../lib/failure.ts";
import { makePrivateFolder, removeFolder } from "../lib/files.ts";
import { killGroupsOnSignal } from "../lib/process-groups.ts";
import { counted } from "../lib/text.ts";
import { Places } from "../project/places.ts";
import { type Project, projectNameOf, projectWithout, readProject, stackNames } from "../project/project.ts";
import { Sources } from "../project/sources.ts";
import { deadline } from "./deadline.ts";
import type { PreviewDocument } from "./document/document.ts";
import type { ExportedState } from "./document/exported.ts";
import { Secrets } from "./document/secrets.ts";
import { nameOf } from "./engine/urn.ts";
import { Guests } from "./guests.ts";
import { isolationFor } from "./isolation/index.ts";
import type { PreviewOptions } from "./options.ts";
import type { Session } from "./session.ts";

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
  const state = await stateOf(options);
  const mayRead = (path: string): void => isolation.mayRead(options.cwd, path);
  const supplied = state && (await import("./document/state.ts")).suppliedSecrets(state.resources);
  const project = projectOf(options, state, mayRead);
  const secrets = new Secrets();
  for (const text of project.givenSecrets) secrets.add(text);
  const removeHandlers = handleSignals(options.signal === undefined);
  const stopped = rejectionOf(options.signal);
  const sources = new Sources(project.root, project.programDirectory);
  const places = new Places(project, sources, options.config);
  const limitMs = options.timeoutMs ?? defaultTimeoutMs;
  const wholeMs = options.isolation === undefined ? undefined : limitMs * wholeTimes;
  let session: Session | undefined;
  const timer = deadline(limitMs, wholeMs, () => session?.waitingFor ?? "the start");
  const guests = new Guests({ project, options, isolation, folder, supplied });
  try {
    await guests.start();
    // The guests load what they need meanwhile.
    const [loaded, { asksForOrigins, previewDocument }] = await Promise.all([
      import("./session.ts"),
      import("./document/outcome.ts"),
    ]);
    const { advanced } = timer;
    session = new loaded.Session({ project, options, state, secrets, sources, isolation, guests, advanced });
    const judged = await Promise.race([session.run(), session.overflow, timer.expired, stopped]);
    options.onResources?.(judged.resources);
    const origins = asksForOrigins(judged.verdicts)
      ? await (await import("./document/origins.ts")).Origins.of(judged.origins)
      : undefined;
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
    if (parts.length === 0) return document;
    const { withUntold } = await import("./document/unread.ts");
    return withUntold(document, { urns: new Set(), parts, hasSecrets: true });
  } catch (error) {
    options.signal?.throwIfAborted();
    const soFar = await Promise.race([session?.judgedSoFar(error), timer.expired]).catch(() => undefined);
    const document =
      soFar &&
      (await import("./document/outcome.ts")).previewDocument({
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
    await Promise.all([guests.close(), session?.close()]);
    removeHandlers();
  }
}

async function stateOf({ state }: PreviewOptions): Promise<ExportedState | undefined> {
  return typeof state === "string" ? (await import("./document/state.ts")).readState(state) : state;
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
    `${counted(policyPackConfigs.length, "configuration")} for ${counted(policyPacks.length, "policy pack")}: each goes with the pack in its place`,
  );
}

/** What failed, in words that hold no secret: a program's own error may quote one. */
function scrubbedError(error: unknown, secrets: Secrets, places: Places, more: string[] = []): unknown {
  if (!(error instanceof Failure)) return error;
  // A program's error is followed by what it logged.
  const scrub = (text: string): string =>
    error.kind === "program" ? secrets.scrubLog(text) : secrets.scrub(text);
  const message = scrub(error.message);
  const isOfProgram = error.kind === "program";
  const said = isOfProgram ? places.withGiven(message) : message;
  const scrubbed = new Failure(error.kind, [said, ...more].join("\n"));
  scrubbed.stack = scrub(error.stack ?? "");
  if (isOfProgram) scrubbed.problems = places.problemsIn(message);
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
