import { type Analysis, type Diagnostic, PolicyPack } from "./pack.ts";
import type { PackConfig } from "./pack-config.ts";
import type { PreviewResource } from "./resource.ts";
import { providedPackage } from "./urn.ts";
import { collectStrings, type PropertyMap, type StringsFound } from "./values.ts";

export interface JudgementOptions {
  directories: readonly string[];
  configs: readonly PackConfig[];
  /** Address of the engine, for what a pack logs. */
  engine: string;
  env: NodeJS.ProcessEnv;
  outputBytes: number;
}

/** What one pack said of a whole stack. */
export interface PackVerdict {
  pack: PolicyPack;
  diagnostics: Diagnostic[];
  /** Policies that judged something, that is, did not say they do not apply. */
  applied: Set<string>;
}

/** Hands every resource to every pack as it is registered, then the stack as a whole. */
export class Judgement {
  readonly verdicts: PackVerdict[];
  /** Resolves when all packs are loaded. */
  readonly ready: Promise<void>;
  /** Rejects when a pack fails; never resolves. */
  readonly failed: Promise<never>;
  readonly #strings: StringsFound = { secret: new Set(), plain: new Set() };
  /** Milliseconds until all packs were loaded. */
  loadedMs = 0;
  #providers = new Map<string, PreviewResource>();
  #pending: Promise<unknown>[] = [];
  #fail: (error: unknown) => void = () => undefined;

  constructor(options: JudgementOptions) {
    const started = performance.now();
    this.verdicts = options.directories.map((directory, index) => ({
      pack: new PolicyPack({
        directory,
        engine: options.engine,
        env: options.env,
        outputBytes: options.outputBytes,
        config: options.configs[index],
      }),
      diagnostics: [],
      applied: new Set(),
    }));
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    this.ready = Promise.all(this.verdicts.map(({ pack }) => pack.ready)).then(() => {
      this.loadedMs = performance.now() - started;
    });
    this.ready.catch(this.#fail);
  }

  /**
   * Strings that only secrets of the stack hold, so that none of them is ever printed. An SDK may mark a
   * value secret that the stack says in plain elsewhere, such as `production`: that is no secret.
   */
  get secrets(): ReadonlySet<string> {
    return this.#strings.secret.difference(this.#strings.plain);
  }

  /** @returns the resource's inputs as the packs' remediations leave them */
  async remediate(resource: PreviewResource): Promise<PropertyMap> {
    await this.ready;
    let current = resource;
    for (const { pack } of this.verdicts) {
      current = { ...current, inputs: await pack.remediate(current, this.#providers) };
    }
    return current.inputs;
  }

  /** Has every pack analyse a resource; what comes of it is there after {@link conclude}. */
  analyze(resource: PreviewResource): void {
    collectStrings(resource.inputs, this.#strings);
    if (providedPackage(resource.type) !== undefined) this.#providers.set(resource.urn, resource);
    // A resource that the stack only reads is not the stack's to mend.
    if (resource.external) return;
    for (const verdict of this.verdicts) {
      const analysis = this.ready.then(() => verdict.pack.analyze(resource, this.#providers));
      this.#pending.push(analysis.then((result) => this.#record(verdict, "resource", result, resource.urn)));
      analysis.catch(this.#fail);
    }
  }

  /** Waits for every analysis, then has every pack analyse the stack. */
  async conclude(resources: readonly PreviewResource[]): Promise<void> {
    await this.ready;
    await Promise.all(this.#pending);
    for (const resource of resources) collectStrings(resource.outputs, this.#strings);
    await Promise.all(
      this.verdicts.map(async (verdict) => {
        this.#record(verdict, "stack", await verdict.pack.analyzeStack(resources, this.#providers), "");
      }),
    );
  }

  close(): void {
    for (const { pack } of this.verdicts) pack.close();
  }

  #record(verdict: PackVerdict, kind: "resource" | "stack", analysis: Analysis, urn: string): void {
    const notApplicable = new Set(analysis.notApplicable);
    for (const policy of verdict.pack.policies) {
      if (policy.kind === kind && policy.level !== "disabled" && !notApplicable.has(policy.name)) {
        verdict.applied.add(policy.name);
      }
    }
    for (const diagnostic of analysis.diagnostics) {
      verdict.diagnostics.push({ ...diagnostic, urn: diagnostic.urn || urn });
    }
  }
}
