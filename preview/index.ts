import { join, resolve } from "node:path";
import type { Duplex } from "node:stream";
import { Server } from "@grpc/grpc-js";
import { Child, killGroupsOnSignal } from "../lib/child.ts";
import { Failure } from "../lib/failure.ts";
import { makePrivateFolder, removeFolder } from "../lib/files.ts";
import { Places } from "../project/places.ts";
import { type Project, readProject } from "../project/project.ts";
import { Sources } from "../project/sources.ts";
import type { PreviewDocument } from "./document/document.ts";
import { previewDocument } from "./document/outcome.ts";
import type { SavedPreview } from "./document/saved.ts";
import { Secrets } from "./document/secrets.ts";
import { readState } from "./document/state.ts";
import { DynamicProviders } from "./engine/dynamic.ts";
import { Engine, type LogEntry } from "./engine/engine.ts";
import { channelOptions, listen } from "./engine/grpc.ts";
import { Monitor } from "./engine/monitor.ts";
import type { PreviewResource } from "./engine/resource.ts";
import { findSdk, type Sdk } from "./engine/sdk.ts";
import { readStackOutputs } from "./engine/stack-reference.ts";
import type { Given } from "./isolation/environment.ts";
import { type Isolation, type IsolationOptions, isolationFor } from "./isolation/index.ts";
import { Judgement, type PackVerdict } from "./packs/judgement.ts";
import type { PackSource } from "./packs/pack.ts";
import type { PackConfig } from "./packs/pack-config.ts";

export { projectNameOf } from "../project/project.ts";
export type { PolicyOutcome, PreviewDocument, ShownResource } from "./document/document.ts";
export { readSavedPreview } from "./document/saved.ts";
export type { IsolationOptions } from "./isolation/index.ts";
export { type PackConfig, readPackConfig } from "./packs/pack-config.ts";
export { renderPreview } from "./report/render.ts";

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
  /** An exported state to judge in place of what the program declares. */
  state?: string | undefined;
  /** A preview that was saved before, to say what changed since. */
  base?: SavedPreview | undefined;
  /** How long program and packs may take together, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Show whole stack traces of the program's errors, not only their place. */
  stackTraces?: boolean | undefined;
  /** How much each may print, in bytes. */
  outputBytes?: number | undefined;
  /** Keeps the program and the packs from the caller's own; without, they run as the caller. */
  isolation?: IsolationOptions | undefined;
  /** Told of each step, for a person who waits. */
  progress?: ((step: string) => void) | undefined;
}

/** Time that a program or a pack has by default, in milliseconds. */
export const defaultTimeoutMs = 60_000;
const defaultOutputBytes = 4 * 1024 * 1024;

/**
 * Runs a Pulumi program and policy packs without the Pulumi CLI, plugins, an account or a network, and
 * judges every resource that the program declares.
 *
 * @throws {Failure} when it could not tell: a program or a pack that fails, a limit, bad settings
 */
export async function preview(options: PreviewOptions): Promise<PreviewDocument> {
  const started = performance.now();
  const project = readProject({
    cwd: options.cwd,
    stack: options.stack,
    organization: options.organization,
    overrides: options.config,
  });
  checkPackConfigs(options);
  const secrets = new Secrets();
  for (const text of project.givenSecrets) secrets.add(text);
  const removeHandlers = killGroupsOnSignal();
  const sources = new Sources(project.root, project.programDirectory);
  const places = new Places(project, sources);
  const session = new Session(project, options, secrets, sources);
  const timer = deadline(options.timeoutMs ?? defaultTimeoutMs, session);
  try {
    const judged = await Promise.race([session.run(), timer.expired]);
    const source = options.state === undefined ? "program" : "state";
    return previewDocument({
      ...judged,
      project,
      source,
      places,
      secrets,
      base: options.base,
      durationMs: performance.now() - started,
    });
  } catch (error) {
    throw scrubbedError(error, secrets, places);
  } finally {
    timer.cancel();
    await session.close();
    removeHandlers();
  }
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
function scrubbedError(error: unknown, secrets: Secrets, places: Places): unknown {
  if (!(error instanceof Failure)) return error;
  const scrubbed = new Failure(error.kind, secrets.scrub(error.message));
  scrubbed.stack = secrets.scrub(error.stack ?? "");
  if (error.kind === "program") scrubbed.problems = places.problemsIn(scrubbed.message);
  return scrubbed;
}

interface Judged {
  resources: PreviewResource[];
  verdicts: readonly PackVerdict[];
  log: readonly LogEntry[];
  printed: string;
  timings: PreviewDocument["timings"];
}

/** One run of a program and its packs. */
class Session {
  #step = "the start";
  #project: Project;
  #options: PreviewOptions;
  #secrets: Secrets;
  #sources: Sources;
  #engine = new Engine();
  /** Of the sockets at which the services are offered, and of what else belongs to this run. */
  #folder = makePrivateFolder("preview");
  #isolation: Isolation;
  #sockets = 0;
  #stops: (() => void)[] = [];
  #monitor: Monitor | undefined;
  #judgement: Judgement | undefined;
  #program: Child | undefined;
  #dynamicProviders: DynamicProviders | undefined;

  constructor(project: Project, options: PreviewOptions, secrets: Secrets, sources: Sources) {
    this.#sources = sources;
    this.#project = project;
    this.#options = options;
    this.#secrets = secrets;
    this.#isolation = isolationFor(options.isolation, this.#folder);
    for (const warning of project.warnings) this.#engine.warn(warning, "");
  }

  /** What is being waited for, for the error of a run that takes too long. */
  get waitingFor(): string {
    const loading = this.#judgement?.loading ?? [];
    return loading.length > 0 ? `policy pack ${loading.join(", ")} to load` : this.#step;
  }

  async run(): Promise<Judged> {
    const started = performance.now();
    const monitor = this.#startMonitor();
    const socket = await this.#serve(this.#engine, monitor);
    const env = guestEnvironment(this.#project);
    this.#judgement = new Judgement({
      stack: this.#project,
      packs: await this.#packSources(),
      isolation: this.#isolation,
      env,
      outputBytes: this.#options.outputBytes ?? defaultOutputBytes,
    });
    const judgement = this.#judgement;
    if (this.#options.state !== undefined) return this.#judgeState(judgement, this.#options.state, started);

    const sdk = findSdk(this.#project.programDirectory);
    const programEnv = { ...env, ...programEnvironment(this.#project) };
    this.#dynamicProviders = new DynamicProviders({
      isolation: this.#isolation,
      project: this.#project,
      host: sdk.dynamicProviders,
      socket,
      env: programEnv,
      outputBytes: this.#options.outputBytes ?? defaultOutputBytes,
    });
    this.#program = this.#startProgram(sdk, socket, programEnv);
    let programMs = 0;
    const ended = this.#programEnd(this.#program, monitor).then(() => {
      programMs = performance.now() - started;
    });
    // A pack that does not load ends the preview at once, whatever the program does. The stack is judged as
    // soon as it is whole, while the program's process is still about to end.
    await Promise.race([ended, monitor.shutdown, judgement.failed, monitor.refused]);
    this.#progress("the policies");
    // As with the engine, policies judge what the stack manages, not what the program only reads.
    const managed = [...monitor.resources.values()].filter(({ external }) => !external);
    const concluded = Promise.all([ended, judgement.conclude(managed)]);
    await Promise.race([concluded, monitor.refused]);
    return {
      resources: [...monitor.resources.values()],
      verdicts: judgement.verdicts,
      log: this.#engine.log,
      printed: this.#program.output + this.#program.errors + this.#dynamicProviders.printed,
      timings: { programMs, packsLoadedMs: judgement.loadedMs },
    };
  }

  /** Resolves when no process of the run is left. */
  async close(): Promise<void> {
    this.#monitor?.close();
    await Promise.all([
      this.#program?.stop("SIGKILL"),
      this.#dynamicProviders?.close(),
      this.#judgement?.close(),
    ]);
    for (const stop of this.#stops) stop();
    removeFolder(this.#folder);
  }

  /** @returns the Unix socket at which the services are offered */
  async #serve(...services: { addTo(server: Server): void }[]): Promise<string> {
    const server = new Server(channelOptions);
    for (const service of services) service.addTo(server);
    const socket = join(this.#folder, String(this.#sockets));
    this.#sockets += 1;
    this.#stops.push(await listen(server, socket));
    return socket;
  }

  #packSources(): Promise<PackSource[]> {
    const { policyPacks = [], policyPackConfigs = [] } = this.#options;
    return Promise.all(
      policyPacks.map(async (directory, index) => {
        const engine = new Engine();
        const socket = await this.#serve(engine);
        return { directory: resolve(directory), engine, socket, config: policyPackConfigs[index] };
      }),
    );
  }

  #startMonitor(): Monitor {
    const { name: project, stack, organization, config, secretKeys } = this.#project;
    this.#monitor = new Monitor({
      project,
      stack,
      organization,
      config,
      secretKeys,
      programDirectory: this.#project.programDirectory,
      stackOutputs: readStackOutputs(this.#options.stackOutputs ?? []),
      sources: this.#sources,
      heard: (properties) => this.#secrets.hear(properties),
      check: async (resource, provider) =>
        (await this.#dynamicProviders?.check(resource, provider.inputs)) ?? resource.inputs,
      remediate: async (resource) => (await this.#judgement?.remediate(resource)) ?? resource.inputs,
      registered: (resource) => this.#judgement?.analyze(resource),
      connection: () => this.#connection,
      warn: (message, urn) => this.#engine.warn(message, urn),
    });
    return this.#monitor;
  }

  #startProgram({ runner }: Sdk, socket: string, env: Given): Child {
    const project = this.#project;
    const address = this.#isolation.address(socket);
    const root = this.#isolation.path(project.root);
    const directory = this.#isolation.path(project.programDirectory);
    this.#progress("the program");
    return new Child({
      label: `the program in ${project.programDirectory}`,
      launch: this.#isolation.launch({
        host: "program",
        nodeArgs: project.nodeArgs,
        runner,
        args: [
          ...["--monitor", address, "--engine", address, "--project", project.name, "--stack", project.stack],
          ...["--organization", project.organization, "--root-directory", root],
          ...["--pwd", directory, "--parallel", "16", "--dry-run", project.entryPoint],
        ],
        cwd: directory,
        folder: root,
        needs: [directory],
        socket,
        env: { ...env, PULUMI_NODEJS_ENGINE: address },
      }),
      outputBytes: this.#options.outputBytes ?? defaultOutputBytes,
      group: true,
      connection: true,
      failure: "program",
    });
  }

  get #connection(): Duplex {
    if (this.#program === undefined) throw new Error("a call of a program that is not started");
    return this.#program.connection;
  }

  /** As with the engine, an error that the program only logs does not end the preview. */
  async #programEnd(program: Child, monitor: Monitor): Promise<void> {
    const status = await program.exited;
    if (status === 0 && monitor.finished) return;
    const errors = this.#engine.errors.map((entry) => entry.message.trim());
    const printed = `${program.output}${program.errors}`.trim().split("\n").slice(-40).join("\n");
    const early =
      status === 0
        ? "it ended before it was finished, as process.exit() does"
        : `it ended with status ${status}`;
    const message = errors.join("\n") || [printed, early].filter(Boolean).join("\n");
    throw new Failure("program", this.#options.stackTraces === true ? message : withoutCallers(message));
  }

  async #judgeState(judgement: Judgement, path: string, started: number): Promise<Judged> {
    this.#progress("the policies");
    const resources = readState(path);
    for (const resource of resources) {
      this.#secrets.hear(resource.inputs);
      this.#secrets.hear(resource.outputs);
      // As the engine does with a state: a remediation is run, and what it would change stays as it is.
      await judgement.remediate(resource);
      judgement.analyze(resource);
    }
    await judgement.conclude(resources);
    const timings = { programMs: 0, packsLoadedMs: performance.now() - started };
    return { resources, verdicts: judgement.verdicts, log: this.#engine.log, printed: "", timings };
  }

  #progress(step: string): void {
    this.#step = step;
    this.#options.progress?.(step);
  }
}

function deadline(limitMs: number, session: Session): { expired: Promise<never>; cancel: () => void } {
  let timeout: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => {
      const seconds = Math.round(limitMs / 100) / 10;
      reject(
        new Failure(
          "limit",
          `stopped after ${seconds} s waiting for ${session.waitingFor}: allow more with --timeout, or find what never ends`,
        ),
      );
    }, limitMs);
  });
  expired.catch(() => undefined);
  return { expired, cancel: () => clearTimeout(timeout) };
}

/** A message with one line of each stack trace, the place of the error. */
function withoutCallers(message: string): string {
  const isFrame = (line: string | undefined): boolean => line !== undefined && /^\s+at /.test(line);
  const lines = message.split("\n");
  return lines.filter((line, index) => !(isFrame(line) && isFrame(lines[index - 1]))).join("\n");
}

/** What the engine's host for Node.js gives a program, with the older form of keys that every SDK reads. */
function programEnvironment(project: Project): Given {
  const config = [...project.config].map(([key, value]) => [key.replace(":", ":config:"), value]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    ...(project.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(project.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
  };
}

/** What Pulumi's engine says to a program and to a pack by their environment. */
function guestEnvironment(project: Project): Given {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(project.config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([...project.secretKeys]),
    PULUMI_PROJECT: project.name,
    PULUMI_STACK: project.stack,
    PULUMI_ORGANIZATION: project.organization,
    PULUMI_DRY_RUN: "true",
    PULUMI_NODEJS_PROJECT: project.name,
    PULUMI_NODEJS_STACK: project.stack,
    PULUMI_NODEJS_ORGANIZATION: project.organization,
    PULUMI_NODEJS_DRY_RUN: "true",
  };
}
