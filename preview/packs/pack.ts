import { type MethodDefinition, status } from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { Project } from "../../project/project.ts";
import { CallError, Caller } from "../engine/caller.ts";
import type { Engine, LogEntry } from "../engine/engine.ts";
import type { PreviewResource } from "../engine/resource.ts";
import { fromStruct } from "../engine/struct.ts";
import { forAnalysis, forRemediation, isInternal, type PropertyMap } from "../engine/values.ts";
import {
  type Analysis,
  analyzeRequest,
  type Diagnostic,
  type Providers,
  readAnalysis,
  stackResource,
} from "./analysis.ts";
import { levelFrom, type PackConfig, type PolicyInfo, policyInfos, reconcile } from "./pack-config.ts";

/** What remediations made of a resource, and why one could not run. */
export interface Remediation {
  inputs: PropertyMap;
  diagnostics: Diagnostic[];
  changes: RemediationChange[];
}

/** What one policy made of a resource's inputs. */
export interface RemediationChange {
  policy: string;
  urn: string;
  before: PropertyMap;
  after: PropertyMap;
}

/** What a pack is told of the stack. */
export type StackInfo = Pick<Project, "name" | "stack" | "organization" | "config" | "secretKeys" | "tags">;

/** A pack whose process is started, with an engine of its own for what it logs. */
export interface PackSource {
  /** Folder with PulumiPolicy.yaml. */
  directory: string;
  child: Child;
  engine: Engine;
  config?: PackConfig | undefined;
}

export interface PackOptions extends PackSource {
  stack: StackInfo;
  /** Bytes that it may answer to one call; undefined for as many as an SDK takes. */
  answerBytes?: number | undefined;
}

const { AnalyzerService: analyzer } = analyzerRpc;

/** A policy pack in the policy host of @pulumi/pulumi, until its verdict. */
export class PolicyPack {
  readonly directory: string;
  /** Resolves when the pack is loaded, its policies are known and its configuration is accepted. */
  readonly ready: Promise<void>;
  name = "";
  version = "";
  policies: PolicyInfo[] = [];
  #engine: Engine;
  #child: Child;
  #caller: Caller;
  #isLoaded = false;
  #remediates = false;
  /** By inputs, what was sent to be remediated: unless it was, the same is sent to be analyzed. */
  #sent = new WeakMap<PropertyMap, Buffer>();

  constructor({ directory, child, engine, config, stack, answerBytes }: PackOptions) {
    this.directory = directory;
    this.#engine = engine;
    this.#child = child;
    this.#caller = new Caller(child.connection, answerBytes);
    this.ready = this.#start(stack, config);
    this.ready.catch(() => undefined);
  }

  get log(): readonly LogEntry[] {
    return this.#engine.log;
  }

  /** What the pack's own code printed. */
  get printed(): string {
    return `${this.#child.output}${this.#child.errors}`.trim();
  }

  /** Policies set to `remediate` change the resource's inputs before anybody analyses them. */
  async remediate(resource: PreviewResource, providers: Providers): Promise<Remediation> {
    const diagnostics: Diagnostic[] = [];
    const changes: RemediationChange[] = [];
    const { urn } = resource;
    let { inputs } = resource;
    if (!this.#remediates) return { inputs, diagnostics, changes };
    const request = analyzeRequest(resource, providers, forRemediation(inputs));
    const bytes = analyzer.remediate.requestSerialize(request);
    if (!Object.keys(inputs).some(isInternal)) this.#sent.set(inputs, bytes);
    const response = await this.#send(analyzer.remediate, bytes);
    for (const remediation of response.getRemediationsList()) {
      const properties = remediation.getProperties();
      const message = remediation.getDiagnostic();
      const policy = remediation.getPolicyname();
      if (message !== "") {
        diagnostics.push({ policy, message, level: "advisory", urn });
      } else if (properties !== undefined) {
        const after = fromStruct(properties);
        changes.push({ policy, urn, before: inputs, after });
        inputs = after;
      }
    }
    return { inputs, diagnostics, changes };
  }

  async analyze(resource: PreviewResource, providers: Providers): Promise<Analysis> {
    const sent = this.#sent.get(resource.inputs);
    this.#sent.delete(resource.inputs);
    const bytes =
      sent ??
      analyzer.analyze.requestSerialize(analyzeRequest(resource, providers, forAnalysis(resource.inputs)));
    return readAnalysis(await this.#send(analyzer.analyze, bytes));
  }

  async analyzeStack(resources: readonly PreviewResource[], providers: Providers): Promise<Analysis> {
    // Messages of one resource each, one behind the other, are one of them all: it never has to be there as objects.
    const request = resources.map((resource) => {
      const one = new analyzerPb.AnalyzeStackRequest();
      one.addResources(stackResource(resource, providers));
      return analyzer.analyzeStack.requestSerialize(one);
    });
    const response = await this.#send(analyzer.analyzeStack, request);
    // An error that a pack does not handle is logged, and what it was to judge then is not judged.
    const errors = this.#errors;
    if (errors !== "") throw new Failure("policy-pack", `${this.#child.label} failed:\n${errors}`);
    return readAnalysis(response);
  }

  /** Hangs up; the process goes on. */
  close(): void {
    this.#caller.close();
  }

  async #start(stack: StackInfo, config: PackConfig | undefined): Promise<void> {
    await this.#configureStack(stack);
    const info = await this.#call(analyzer.getAnalyzerInfo, new emptyPb.Empty());
    this.#isLoaded = true;
    this.name = info.getName();
    this.version = info.getVersion();
    this.policies = policyInfos(info);
    const configured = reconcile(this.name, this.policies, info.getInitialconfigMap(), config);
    for (const policy of this.policies) {
      policy.level = levelFrom(configured.get(policy.name)?.getEnforcementlevel()) ?? policy.level;
    }
    this.#remediates = this.policies.some((policy) => policy.level === "remediate");
    const request = new analyzerPb.ConfigureAnalyzerRequest();
    for (const [name, policyConfig] of configured) request.getPolicyconfigMap().set(name, policyConfig);
    await this.#call(analyzer.configure, request);
  }

  /** An older policy host does not ask about the stack. */
  async #configureStack(stack: StackInfo): Promise<void> {
    const request = new analyzerPb.AnalyzerStackConfigureRequest();
    request.setStack(stack.stack);
    request.setProject(stack.name);
    request.setOrganization(stack.organization);
    request.setDryRun(true);
    request.setConfigSecretKeysList([...stack.secretKeys]);
    for (const [key, value] of stack.config) request.getConfigMap().set(key, value);
    for (const [name, value] of Object.entries(stack.tags)) request.getTagsMap().set(name, value);
    try {
      await this.#caller.call(analyzer.configureStack, request);
    } catch (error) {
      if (error instanceof CallError && error.code === status.UNIMPLEMENTED) return;
      throw await this.#failure(error);
    }
  }

  /** Makes a call that fails when the pack's process ends, with what it last said. */
  async #call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    return this.#send(method, method.requestSerialize(request));
  }

  async #send<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Buffer | readonly Buffer[],
  ): Promise<Response> {
    try {
      return await this.#caller.send(method, request);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async #failure(error: unknown): Promise<Failure> {
    if (error instanceof CallError && error.code === status.UNAVAILABLE) return this.#unavailable();
    return new Failure(
      "policy-pack",
      `policy pack ${this.name || this.directory} failed: ${reasonOf(error)}`,
    );
  }

  async #unavailable(): Promise<Failure> {
    const { label } = this.#child;
    const ending = this.#isLoaded ? "ended early" : "did not load";
    const ended = await Promise.race([this.#child.exited, after(endGraceMs, undefined)]);
    return new Failure(
      "policy-pack",
      ended === undefined
        ? `${label} closed its connection to the preview, and its process goes on`
        : `${label} ${ending}:\n${this.#whyEnded(ended)}`,
    );
  }

  get #errors(): string {
    return this.#engine.messages("error").join("\n");
  }

  #whyEnded(status: number): string {
    const said = this.#errors || this.#child.errors.trim() || this.#child.output.trim();
    return said === ""
      ? `it ended with status ${status} and printed nothing`
      : said.split("\n").slice(-40).join("\n");
  }
}

/** How long a process may take to be seen to end once it no longer answers, in milliseconds. */
const endGraceMs = 10_000;

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((done) => {
    setTimeout(done, ms, value).unref();
  });
}
