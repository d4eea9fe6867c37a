import type { Duplex } from "node:stream";
import type { Child } from "../lib/child.ts";
import { Failure } from "../lib/failure.ts";
import { shortened } from "../lib/text.ts";
import type { Project } from "../project/project.ts";
import type { Sources } from "../project/sources.ts";
import type { PreviewDocument } from "./document/document.ts";
import type { ExportedState } from "./document/exported.ts";
import { withPlainSecrets } from "./document/plain-secrets.ts";
import type { Secrets } from "./document/secrets.ts";
import { endingOf } from "./ending.ts";
import type { Doorway } from "./engine/doorway.ts";
import { DynamicProviders, JudgedFailure, type ReadState } from "./engine/dynamic.ts";
import { Engine, type LogEntry } from "./engine/engine.ts";
import { BoundedServer, maxMessageBytes, serve } from "./engine/grpc.ts";
import { Monitor } from "./engine/monitor.ts";
import type { PreviewResource } from "./engine/resource.ts";
import { readStackOutputs } from "./engine/stack-reference.ts";
import type { Guests, StartedProgram } from "./guests.ts";
import { makeRoomFor } from "./heap.ts";
import { type Isolation, isolatedBytes } from "./isolation/index.ts";
import type { PreviewOptions } from "./options.ts";
import { Judgement, type PackVerdict } from "./packs/judgement.ts";
import type { PackSource } from "./packs/pack.ts";

/** What a program or a pack may send: as much as the engine takes, or what a preview can hold of a stranger's. */
const openLimits = { messageBytes: maxMessageBytes, totalBytes: Number.POSITIVE_INFINITY };
const isolatedLimits = { messageBytes: isolatedBytes, totalBytes: 512 * 1024 * 1024 };

/** A program of more resources gives its memory back before packs get all that it declared at once. */
const mostBeside = 2000;

/** Failures of hooks that are told, and characters of each. */
const mostFailures = 20;
const longestFailure = 2000;

/** What a run is of. */
export interface SessionOptions {
  project: Project;
  options: PreviewOptions;
  /** What to judge in place of what the program declares. */
  state: ExportedState | undefined;
  /** Which every secret that is heard of is added to. */
  secrets: Secrets;
  sources: Sources;
  isolation: Isolation;
  guests: Guests;
  /** Told whenever the program registers something, a pack is loaded, and one has judged something. */
  advanced: () => void;
}

/** What came of a run. */
export interface Judged {
  resources: PreviewResource[];
  verdicts: readonly PackVerdict[];
  log: readonly LogEntry[];
  /** What the program said of its settings. */
  origins: readonly string[];
  printed: string;
  timings: PreviewDocument["timings"];
}

/** One run of a program and its packs. */
export class Session {
  /** Rejects when the program or a pack sends more than the preview holds; never resolves. */
  readonly overflow: Promise<never>;
  #advanced: () => void;
  #overflow: (error: unknown) => void = () => undefined;
  #step = "the start";
  #project: Project;
  #options: PreviewOptions;
  #state: ExportedState | undefined;
  #secrets: Secrets;
  #sources: Sources;
  #engine = new Engine();
  #isolation: Isolation;
  #guests: Guests;
  #stops: (() => void)[] = [];
  #monitor: Monitor | undefined;
  #judgement: Judgement | undefined;
  #program: Child | undefined;
  #failures: string[] = [];
  #dynamicProviders: DynamicProviders | undefined;

  constructor({ project, options, state, secrets, sources, isolation, guests, advanced }: SessionOptions) {
    this.overflow = new Promise((_, reject) => {
      this.#overflow = reject;
    });
    this.overflow.catch(() => undefined);
    this.#sources = sources;
    this.#project = project;
    this.#options = options;
    this.#state = state;
    this.#secrets = secrets;
    this.#isolation = isolation;
    this.#guests = guests;
    this.#advanced = advanced;
    for (const warning of [...project.warnings, ...(state?.warnings ?? [])]) this.#engine.warn(warning, "");
  }

  /** What is being waited for, for the error of a run that takes too long. */
  get waitingFor(): string {
    const loading = this.#judgement?.loading ?? [];
    return loading.length > 0 ? `policy pack ${loading.join(", ")} to load` : this.#step;
  }

  async run(): Promise<Judged> {
    const { program } = this.#guests;
    const monitor = this.#startMonitor();
    this.#judgement = new Judgement({
      stack: this.#project,
      packs: this.#packSources(),
      started: this.#guests.started,
      answerBytes: this.#isolation.answerBytes,
      advanced: this.#advanced,
    });
    return program === undefined
      ? this.#judgeState(this.#judgement, this.#state?.resources ?? [])
      : this.#judgeProgram(this.#judgement, monitor, program);
  }

  async #judgeProgram(
    judgement: Judgement,
    monitor: Monitor,
    { child, doorway, sdk, env, outputBytes }: StartedProgram,
  ): Promise<Judged> {
    this.#program = child;
    this.#dynamicProviders = new DynamicProviders({
      isolation: this.#isolation,
      project: this.#project,
      host: sdk.dynamicProviders,
      socket: doorway.path,
      env,
      outputBytes,
    });
    this.#engine.serializes = () => this.#dynamicProviders?.prepare();
    this.#progress("the program");
    this.#serve(doorway, this.#engine, monitor);
    let programMs = 0;
    const ended = this.#programEnd(child, monitor).then(() => {
      programMs = performance.now() - this.#guests.started;
    });
    // A pack that does not load ends the preview at once, whatever the program does. The stack is judged as
    // soon as it is whole, while the program's process is still about to end.
    await Promise.race([ended, monitor.shutdown, judgement.failed, monitor.refused]);
    await Promise.race([monitor.complete(), judgement.failed, monitor.refused]);
    // As with the engine, policies judge what the stack manages, not what the program only reads.
    const managed = [...monitor.resources.values()].filter(({ external }) => !external);
    if (managed.length > mostBeside) await Promise.race([ended, judgement.failed, monitor.refused]);
    this.#progress("the policies");
    const concluded = Promise.all([ended, judgement.conclude(managed)]);
    await Promise.race([concluded, monitor.refused]);
    if (this.#failures.length > 0) throw new JudgedFailure("program", this.#failures.join("\n"));
    return {
      resources: [...monitor.resources.values()],
      verdicts: judgement.verdicts,
      log: this.#engine.log,
      origins: this.#engine.origins,
      printed: child.output + child.errors + this.#dynamicProviders.printed,
      timings: { programMs, packsLoadedMs: judgement.loadedMs },
    };
  }

  /** What was registered and judged until the run failed; undefined where that is not known. */
  async judgedSoFar(error: unknown): Promise<Judged | undefined> {
    if (!(error instanceof JudgedFailure) || this.#judgement === undefined) return undefined;
    await this.#judgement.settled();
    return {
      resources: [...(this.#monitor?.resources.values() ?? [])],
      verdicts: this.#judgement.verdicts,
      log: [],
      origins: this.#engine.origins,
      printed: "",
      timings: { programMs: 0, packsLoadedMs: this.#judgement.loadedMs },
    };
  }

  /** Resolves when nothing asks or answers any more, and the dynamic providers' process is gone. */
  async close(): Promise<void> {
    this.#monitor?.close();
    this.#judgement?.close();
    await this.#dynamicProviders?.close();
    for (const stop of this.#stops) stop();
  }

  #serve(doorway: Doorway, engine: Engine, monitor?: Monitor): void {
    const limits = this.#options.isolation === undefined ? openLimits : isolatedLimits;
    const server = new BoundedServer(limits, (method, reason) => {
      // Whoever asks for something else hears why it is refused, but an SDK does not look at what comes of a log.
      if (method === "log") engine.warn(`left out what was logged, as the engine would: ${reason}`, "");
    });
    server.exceeded.catch(this.#overflow);
    engine.addTo(server);
    monitor?.addTo(server);
    this.#stops.push(serve(server, doorway));
  }

  #packSources(): PackSource[] {
    const { policyPackConfigs = [] } = this.#options;
    return this.#guests.packs.map(({ child, doorway, directory }, index) => {
      const engine = new Engine();
      this.#serve(doorway, engine);
      return { directory, child, engine, config: policyPackConfigs[index] };
    });
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
      mayRead: this.#guests.mayRead,
      isTemporary: this.#isolation.isTemporary,
      heard: (properties) => this.#secrets.hear(properties),
      check: async (resource, provider) => this.#dynamicProviders?.check(resource, provider.inputs),
      read: (resource, provider) => this.#readDynamic(resource, provider),
      remediate: async (resource) => (await this.#judgement?.remediate(resource)) ?? resource.inputs,
      registered: (resource) => {
        this.#advanced();
        makeRoomFor(this.#monitor?.resources.size ?? 0);
        this.#judgement?.analyze(resource);
      },
      connection: () => this.#connection,
      answerBytes: this.#isolation.answerBytes,
      warn: (message, urn) => this.#engine.warn(message, urn),
      failed: (message) => {
        if (this.#failures.length < mostFailures) this.#failures.push(shortened(message, longestFailure));
      },
    });
    return this.#monitor;
  }

  /** What the program's own provider finds; where it fails it may be no more than that nothing is in reach here. */
  async #readDynamic(resource: PreviewResource, provider: PreviewResource): Promise<ReadState | undefined> {
    try {
      return await this.#dynamicProviders?.read(resource, provider.inputs);
    } catch (error) {
      if (error instanceof JudgedFailure || !(error instanceof Failure)) throw error;
      const reason = shortened(error.message, longestFailure);
      this.#engine.warn(`what there is of it is not known offline: ${reason}`, resource.urn);
      return undefined;
    }
  }

  get #connection(): Duplex {
    if (this.#program === undefined) throw new Error("a call of a program that is not started");
    return this.#program.connection;
  }

  /** As with the engine, an error that the program only logs does not end the preview. */
  async #programEnd(program: Child, monitor: Monitor): Promise<void> {
    const status = await program.exited;
    if (status === 0 && monitor.finished) return;
    throw new Failure(
      "program",
      endingOf({
        errors: this.#engine.messages("error"),
        warnings: this.#engine.messages("warning"),
        printed: `${program.output}${program.errors}`,
        status,
        stackTraces: this.#options.stackTraces === true,
      }),
    );
  }

  async #judgeState(judgement: Judgement, resources: readonly PreviewResource[]): Promise<Judged> {
    this.#progress("the policies");
    makeRoomFor(resources.length);
    for (const resource of resources) {
      // What a program gave in plain is judged as that, and is still not shown.
      this.#secrets.hear(withPlainSecrets(resource.type, resource.inputs));
      this.#secrets.hear(withPlainSecrets(resource.type, resource.outputs));
      // As the engine does with a state: a remediation is run, and what it would change stays as it is.
      await judgement.remediate(resource);
      judgement.analyze(resource);
    }
    await judgement.conclude([...resources]);
    const timings = { programMs: 0, packsLoadedMs: performance.now() - this.#guests.started };
    return {
      resources: [...resources],
      verdicts: judgement.verdicts,
      log: this.#engine.log,
      origins: [],
      printed: "",
      timings,
    };
  }

  #progress(step: string): void {
    this.#step = step;
    this.#options.progress?.(step);
  }
}
