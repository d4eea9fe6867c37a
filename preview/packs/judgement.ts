import type { PreviewResource } from "../engine/resource.ts";
import { providedPackage, rootStackType } from "../engine/urn.ts";
import type { PropertyMap } from "../engine/values.ts";
import type { Analysis, Diagnostic } from "./analysis.ts";
import { type PackSource, PolicyPack, type RemediationChange, type StackInfo } from "./pack.ts";
import type { PolicyInfo } from "./pack-config.ts";

export interface JudgementOptions {
  stack: StackInfo;
  packs: readonly PackSource[];
  /** When their processes were started, of `performance.now()`. */
  started: number;
  /** Bytes that a pack may answer to one call; undefined for as many as an SDK takes. */
  answerBytes?: number | undefined;
  /** Told whenever a pack is loaded, and whenever one has judged a resource. */
  advanced: () => void;
}

/** What one pack said of a whole stack. */
export interface PackVerdict {
  pack: PolicyPack;
  diagnostics: Diagnostic[];
  /** What its policies changed, in their order. */
  remediations: RemediationChange[];
  /** Policies that judged something, that is, did not say they do not apply. */
  applied: Set<string>;
  /** Policies that said that something is judged elsewhere, and why. */
  elsewhere: Map<string, string>;
}

/** Hands every resource to every pack as it is registered, then the stack as a whole. */
export class Judgement {
  readonly verdicts: PackVerdict[];
  /** Resolves when all packs are loaded. */
  readonly ready: Promise<void>;
  /** Rejects when a pack fails; never resolves. */
  readonly failed: Promise<never>;
  /** Milliseconds until all packs were loaded. */
  loadedMs = 0;
  #loading: Set<PolicyPack>;
  #providers = new Map<string, PreviewResource>();
  #pending: Promise<unknown>[] = [];
  #advanced: () => void;
  #fail: (error: unknown) => void = () => undefined;

  constructor({ packs, started, advanced, ...options }: JudgementOptions) {
    this.#advanced = advanced;
    this.verdicts = packs.map((source) => ({
      pack: new PolicyPack({ ...source, ...options }),
      diagnostics: [],
      remediations: [],
      applied: new Set(),
      elsewhere: new Map(),
    }));
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    this.#loading = new Set(this.verdicts.map(({ pack }) => pack));
    this.ready = Promise.all(
      this.verdicts.map(({ pack }) =>
        pack.ready.then(() => {
          this.#advanced();
          this.#loading.delete(pack);
        }),
      ),
    ).then(() => {
      this.loadedMs = performance.now() - started;
    });
    this.ready.catch(this.#fail);
  }

  /** Folders of the packs that are not loaded yet. */
  get loading(): string[] {
    return [...this.#loading].map(({ directory }) => directory);
  }

  /**
   * @returns the resource's inputs as the packs' remediations leave them
   * @throws {Failure} when a pack fails, which ends the preview too
   */
  async remediate(resource: PreviewResource): Promise<PropertyMap> {
    try {
      await this.ready;
      let { inputs } = resource;
      for (const { pack, diagnostics, remediations } of this.verdicts) {
        const remediation = await pack.remediate({ ...resource, inputs }, this.#providers);
        diagnostics.push(...remediation.diagnostics);
        remediations.push(...remediation.changes);
        inputs = remediation.inputs;
      }
      return inputs;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Has every pack analyse a resource; what comes of it is there after {@link conclude}. */
  analyze(resource: PreviewResource): void {
    if (providedPackage(resource.type) !== undefined) this.#providers.set(resource.urn, resource);
    for (const verdict of this.verdicts) {
      const analysis = this.ready
        .then(() => verdict.pack.analyze(resource, this.#providers))
        // As in the engine, what a resource policy says is about the resource that it was given.
        .then((result) => {
          this.#advanced();
          this.#record(verdict, "resource", result, () => resource.urn);
        });
      this.#pending.push(analysis);
      analysis.catch(this.#fail);
    }
  }

  /** Waits for every analysis, then has every pack analyse the stack. */
  async conclude(resources: readonly PreviewResource[]): Promise<void> {
    await this.ready;
    await Promise.all(this.#pending);
    const urns = new Set(resources.map(({ urn }) => urn));
    const root = resources.find(({ type }) => type === rootStackType)?.urn ?? "";
    await Promise.all(
      this.verdicts.map(async (verdict) => {
        const analysis = await verdict.pack.analyzeStack(resources, this.#providers);
        this.#record(verdict, "stack", analysis, (urn) => (urns.has(urn) ? urn : root));
      }),
    );
  }

  /** Waits for the analyses that were begun, whatever becomes of them. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  close(): void {
    for (const { pack } of this.verdicts) pack.close();
  }

  #record(
    verdict: PackVerdict,
    kind: PolicyInfo["kind"],
    analysis: Analysis,
    urnOf: (urn: string) => string,
  ): void {
    const notApplicable = new Set(analysis.notApplicable);
    for (const policy of verdict.pack.policies) {
      if (policy.kind === kind && policy.level !== "disabled" && !notApplicable.has(policy.name)) {
        verdict.applied.add(policy.name);
      }
    }
    for (const { policy, reason } of analysis.elsewhere) verdict.elsewhere.set(policy, reason);
    for (const diagnostic of analysis.diagnostics) {
      verdict.diagnostics.push({ ...diagnostic, urn: urnOf(diagnostic.urn) });
    }
  }
}
