import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import * as grpc from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { readYaml } from "../../project/yaml.ts";
import { Child } from "../engine/child.ts";
import type { Engine, LogEntry } from "../engine/engine.ts";
import { callUnary, channelOptions } from "../engine/grpc.ts";
import type { PreviewResource } from "../engine/resource.ts";
import { forAnalysis, forRemediation, fromStruct, type PropertyMap } from "../engine/values.ts";
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
}

/** A pack to start, with an engine of its own for what it logs. */
export interface PackSource {
  /** Folder with PulumiPolicy.yaml. */
  directory: string;
  engine: Engine;
  engineAddress: string;
  config?: PackConfig | undefined;
}

export interface PackOptions extends PackSource {
  env: NodeJS.ProcessEnv;
  /** Arguments for Node.js itself. */
  nodeArgs: readonly string[];
  outputBytes: number;
}

type Client = InstanceType<typeof analyzerRpc.AnalyzerClient>;
type AnalyzeResponse = InstanceType<typeof analyzerPb.AnalyzeResponse>;
type RemediateResponse = InstanceType<typeof analyzerPb.RemediateResponse>;
type AnalyzerInfo = InstanceType<typeof analyzerPb.AnalyzerInfo>;
type Empty = InstanceType<typeof emptyPb.Empty>;

/** A policy pack in the policy host of @pulumi/pulumi, from its start to its verdict. */
export class PolicyPack {
  readonly directory: string;
  /** Resolves when the pack is loaded, its policies are known and its configuration is accepted. */
  readonly ready: Promise<void>;
  name = "";
  version = "";
  policies: PolicyInfo[] = [];
  #engine: Engine;
  #child: Child;
  #port: number | undefined;
  #client: Client | undefined;
  #remediates = false;

  constructor(options: PackOptions) {
    this.directory = resolve(options.directory);
    this.#engine = options.engine;
    checkManifest(this.directory);
    this.#child = new Child({
      label: `policy pack ${this.directory}`,
      command: process.execPath,
      args: [
        ...options.nodeArgs,
        resolveFrom(this.directory, "@pulumi/pulumi/cmd/run-policy-pack"),
        options.engineAddress,
        ".",
      ],
      cwd: this.directory,
      env: { ...options.env, PULUMI_NODEJS_ENGINE: options.engineAddress },
      limits: { outputBytes: options.outputBytes },
      failure: "policy-pack",
    });
    this.ready = this.#start(options.config);
    this.ready.catch(() => undefined);
  }

  get log(): readonly LogEntry[] {
    return this.#engine.log;
  }

  /** What the pack's own code printed, without the port that the host prints. */
  get printed(): string {
    return `${this.#ownOutput}${this.#child.errors}`.trim();
  }

  get #ownOutput(): string {
    const { output } = this.#child;
    return this.#port === undefined ? output : output.replace(new RegExp(`^${this.#port}\\r?\\n`, "m"), "");
  }

  /** Policies set to `remediate` change the resource's inputs before anybody analyses them. */
  async remediate(resource: PreviewResource, providers: Providers): Promise<Remediation> {
    const diagnostics: Diagnostic[] = [];
    let { inputs } = resource;
    if (!this.#remediates) return { inputs, diagnostics };
    const request = analyzeRequest(resource, providers, forRemediation(resource.inputs));
    const response = await this.#call<RemediateResponse>((client, answer) =>
      client.remediate(request, answer),
    );
    for (const remediation of response.getRemediationsList()) {
      const properties = remediation.getProperties();
      const message = remediation.getDiagnostic();
      if (message !== "") {
        const policy = remediation.getPolicyname();
        diagnostics.push({ policy, message, level: "advisory", urn: resource.urn });
      } else if (properties !== undefined) {
        inputs = fromStruct(properties);
      }
    }
    return { inputs, diagnostics };
  }

  async analyze(resource: PreviewResource, providers: Providers): Promise<Analysis> {
    const request = analyzeRequest(resource, providers, forAnalysis(resource.inputs));
    return readAnalysis(
      await this.#call<AnalyzeResponse>((client, answer) => client.analyze(request, answer)),
    );
  }

  async analyzeStack(resources: readonly PreviewResource[], providers: Providers): Promise<Analysis> {
    const request = new analyzerPb.AnalyzeStackRequest();
    request.setResourcesList(resources.map((resource) => stackResource(resource, providers)));
    const response = await this.#call<AnalyzeResponse>((client, answer) =>
      client.analyzeStack(request, answer),
    );
    // An error that a pack does not handle is logged, and what it was to judge then is not judged.
    const errors = this.#errors;
    if (errors !== "") throw new Failure("policy-pack", `${this.#child.label} failed:\n${errors}`);
    return readAnalysis(response);
  }

  close(): void {
    this.#client?.close();
    this.#child.kill();
  }

  async #start(config: PackConfig | undefined): Promise<void> {
    this.#port = await this.#printedPort();
    this.#client = new analyzerRpc.AnalyzerClient(
      `127.0.0.1:${this.#port}`,
      grpc.credentials.createInsecure(),
      channelOptions,
    );
    const info = await this.#call<AnalyzerInfo>((client, answer) =>
      client.getAnalyzerInfo(new emptyPb.Empty(), answer),
    );
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
    await this.#call<Empty>((client, answer) => client.configure(request, answer));
  }

  /** The policy host prints the port it listens on as its first line; a pack that fails to load never does. */
  async #printedPort(): Promise<number> {
    const printed = new Promise<number>((resolvePort) => {
      this.#child.onLine = (line) => {
        if (/^\d{1,5}\r?$/.test(line)) {
          this.#child.onLine = undefined;
          resolvePort(Number(line));
        }
      };
    });
    const ended = this.#child.exited.then((status) => {
      throw new Failure("policy-pack", `${this.#child.label} did not load:\n${this.#whyEnded(status)}`);
    });
    return Promise.race([printed, ended]);
  }

  /** Makes a call that fails when the pack's process ends, with what it last said. */
  async #call<Response>(
    call: (client: Client, answer: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    const client = this.#client;
    if (client === undefined) throw new Failure("policy-pack", `${this.#child.label} is not loaded`);
    try {
      return await callUnary<Response>((answer) => call(client, answer));
    } catch (error) {
      if (isUnavailable(error)) throw await this.#unavailable();
      const details = isServiceError(error) ? error.details : reasonOf(error);
      throw new Failure("policy-pack", `policy pack ${this.name || this.directory} failed: ${details}`);
    }
  }

  async #unavailable(): Promise<Failure> {
    const { label } = this.#child;
    const status = await Promise.race([this.#child.exited, after(endGraceMs, undefined)]);
    return new Failure(
      "policy-pack",
      status !== undefined
        ? `${label} ended early:\n${this.#whyEnded(status)}`
        : `${label} does not answer on port ${this.#port}: was that number printed by something else?`,
    );
  }

  get #errors(): string {
    return this.#engine.errors.map(({ message }) => message.trim()).join("\n");
  }

  #whyEnded(status: number): string {
    const said = this.#errors || this.#child.errors.trim() || this.#ownOutput.trim();
    return said === ""
      ? `it ended with status ${status} and printed nothing`
      : said.split("\n").slice(-40).join("\n");
  }
}

const manifest = z.looseObject({ runtime: z.union([z.string(), z.looseObject({ name: z.string() })]) });

/** @throws {Failure} when the folder holds no policy pack, or one that Node.js does not run */
function checkManifest(directory: string): void {
  const path = ["PulumiPolicy.yaml", "PulumiPolicy.yml"]
    .map((file) => join(directory, file))
    .find((file) => existsSync(file));
  if (path === undefined) {
    throw new Failure("policy-pack", `no policy pack in ${directory}: PulumiPolicy.yaml is missing`);
  }
  const { runtime } = readYaml(path, manifest, "policy-pack");
  const name = typeof runtime === "string" ? runtime : runtime.name;
  if (name !== "nodejs") {
    throw new Failure(
      "unsupported",
      `${path}: runtime ${name} cannot be run offline, only nodejs; use pulumi preview`,
    );
  }
}

/** How long a process may take to be seen to end once it no longer answers, in milliseconds. */
const endGraceMs = 2000;

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((done) => {
    setTimeout(done, ms, value).unref();
  });
}

/** @throws {Failure} when the folder's dependencies are not installed */
export function resolveFrom(directory: string, specifier: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(specifier);
  } catch {
    throw new Failure("project", `@pulumi/pulumi is not installed for ${directory}: run npm install there`);
  }
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}

function isUnavailable(error: unknown): boolean {
  return isServiceError(error) && error.code === grpc.status.UNAVAILABLE;
}
