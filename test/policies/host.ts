import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { RecordedResource } from "../recording/record.ts";
import { type Fixture, production, recordedOf, SecretValue, urnOf } from "./fixture.ts";

/** What the pack said, as the engine would show it. */
export interface Said {
  readonly policy: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
  readonly urn: string;
}

export interface HostOptions {
  /** The stack's configuration, `project:key` to value; of a stack without a scope everything is asked. */
  readonly config?: Record<string, string>;
  /** Configuration of policies: levels are left as they are. */
  readonly policyConfig?: Record<string, Record<string, number>>;
  readonly env?: Record<string, string>;
  /** Folder of the pack; its source by default. */
  readonly pack?: string;
}

const source = fileURLToPath(new URL("../../policies", import.meta.url));

/** A process that a signal kills leaves nothing of what it has compiled to the next. */
const endsItself = "data:text/javascript,process.on('SIGTERM', () => process.exit())";

type Client = InstanceType<typeof analyzerRpc.AnalyzerClient>;
type AnalyzeResponse = InstanceType<typeof analyzerPb.AnalyzeResponse>;
export type AnalyzerInfo = InstanceType<typeof analyzerPb.AnalyzerInfo>;

const secretSignature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** The pack in the policy host of @pulumi/pulumi, driven as Pulumi's engine drives it. */
export class Host {
  readonly #client: Client;
  readonly #stop: () => Promise<unknown>;

  private constructor(client: Client, stop: () => Promise<unknown>) {
    this.#client = client;
    this.#stop = stop;
  }

  static async start({
    config = {},
    policyConfig = {},
    env = {},
    pack = source,
  }: HostOptions = {}): Promise<Host> {
    const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, ["--import", endsItself, runner, "127.0.0.1:9", pack], {
      cwd: pack,
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify({
          "optropic:scope": "all",
          "optropic:plans": JSON.stringify(production.plans),
          ...config,
        }),
        PULUMI_NODEJS_PROJECT: "optropic",
        PULUMI_NODEJS_STACK: "production",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const ended = once(child, "exit");
    const port = await Promise.race([
      once(createInterface(child.stdout), "line").then(([line]) => Number(line)),
      ended.then(() => Promise.reject(new Error(`The pack did not load: ${errors}`))),
    ]);
    const client = new analyzerRpc.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const host = new Host(client, () => {
      client.close();
      child.kill();
      return ended;
    });
    await host.#configure(policyConfig);
    return host;
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  info(): Promise<AnalyzerInfo> {
    return call((done) => this.#client.getAnalyzerInfo(new emptyPb.Empty(), done));
  }

  /** Everything that the pack says of the stack in a preview: each resource's inputs, then the whole. */
  async preview(stack: readonly Fixture[]): Promise<Said[]> {
    const said = await Promise.all(
      stack.map(async (fixture) => {
        await call((done) => this.#client.remediate(request(fixture, true), done));
        return readAll(
          await call<AnalyzeResponse>((done) => this.#client.analyze(request(fixture, false), done)),
        );
      }),
    );
    // What a resource will be once deployed is unknown at a preview.
    return [...said.flat(), ...(await this.judge(stack.map((fixture) => ({ ...fixture, props: {} }))))];
  }

  /** What the pack says of a whole stack, by the outputs of its resources. */
  async judge(stack: readonly Fixture[]): Promise<Said[]> {
    const recorded = recordedOf(stack);
    const whole = new analyzerPb.AnalyzeStackRequest();
    whole.setResourcesList(stack.map((fixture, index) => stackResource(fixture, recorded[index])));
    return readAll(await call<AnalyzeResponse>((done) => this.#client.analyzeStack(whole, done)));
  }

  async #configure(policyConfig: Record<string, Record<string, number>>): Promise<void> {
    const levels = new Map((await this.info()).getPoliciesList().map((policy) => [policy.getName(), policy]));
    const configuration = new analyzerPb.ConfigureAnalyzerRequest();
    for (const [name, properties] of Object.entries(policyConfig)) {
      const config = new analyzerPb.PolicyConfig();
      config.setEnforcementlevel(levels.get(name)?.getEnforcementlevel() ?? 0);
      config.setProperties(structPb.Struct.fromJavaScript(properties));
      configuration.getPolicyconfigMap().set(name, config);
    }
    await call((done) => this.#client.configure(configuration, done));
  }
}

function request(fixture: Fixture, internal: boolean) {
  const message = new analyzerPb.AnalyzeRequest();
  message.setUrn(urnOf(fixture));
  message.setType(fixture.type);
  message.setName(fixture.name);
  const props = internal ? { ...fixture.props, __defaults: [] } : fixture.props;
  message.setProperties(toStruct(props));
  message.setOptions(options(fixture));
  return message;
}

function stackResource(fixture: Fixture, recorded: RecordedResource | undefined) {
  const message = new analyzerPb.AnalyzerResource();
  message.setUrn(urnOf(fixture));
  message.setType(fixture.type);
  message.setName(fixture.name);
  message.setProperties(toStruct({ ...fixture.props, ...fixture.outputs }));
  message.setOptions(options(fixture));
  message.setDependenciesList([...(recorded?.dependencies ?? [])]);
  for (const [property, urns] of Object.entries(recorded?.propertyDependencies ?? {})) {
    const dependencies = new analyzerPb.AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(property, dependencies);
  }
  return message;
}

function options(fixture: Fixture) {
  const message = new analyzerPb.AnalyzerResourceOptions();
  message.setProtect(fixture.protect ?? false);
  return message;
}

function toStruct(props: Record<string, unknown>) {
  const plain = JSON.parse(
    JSON.stringify(props, (_, value) =>
      value instanceof SecretValue ? { ...secretSignature, value: value.value } : value,
    ),
  );
  return structPb.Struct.fromJavaScript(plain);
}

function readAll(response: AnalyzeResponse): Said[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level:
      diagnostic.getEnforcementlevel() === analyzerPb.EnforcementLevel.MANDATORY ? "mandatory" : "advisory",
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn(),
  }));
}

function call<Response>(
  start: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}
