import type { MethodDefinition } from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { Project } from "../../project/project.ts";
import type { Given } from "../isolation/environment.ts";
import type { Isolation } from "../isolation/isolation.ts";
import { Caller } from "./caller.ts";
import type { PreviewResource } from "./resource.ts";
import { fromStruct, toStruct } from "./struct.ts";
import {
  type Accepted,
  forProgram,
  holdsSecret,
  isSecret,
  type PropertyMap,
  type PropertyValue,
  secret,
} from "./values.ts";

export interface DynamicOptions {
  isolation: Isolation;
  project: Pick<Project, "root" | "programDirectory">;
  /** Path of the SDK's `cmd/dynamic-provider`. */
  host: string;
  /** The Unix socket of the services that the preview offers. */
  socket: string;
  env: Given;
  outputBytes: number;
}

const { ResourceProviderService: service } = providerRpc;

/** A failure of the program's own code beside a resource: what is registered is judged all the same. */
export class JudgedFailure extends Failure {}

/** What a dynamic provider found of a resource that the program only reads. */
export interface ReadState {
  id: string;
  outputs: PropertyMap;
}

/**
 * The providers that a program brings itself. They travel as source text in each resource's inputs, and run in a
 * process of the program's own SDK, as with the engine, which in a preview of what does not exist yet asks them
 * for no more than `check`, and for `read` where the program only reads a resource.
 */
export class DynamicProviders {
  #options: DynamicOptions;
  #child: Child | undefined;
  #caller: Promise<Caller> | undefined;
  #isClosed = false;

  constructor(options: DynamicOptions) {
    this.#options = options;
  }

  /** What they wrote to their standard output and error. */
  get printed(): string {
    return `${this.#child?.output ?? ""}${this.#child?.errors ?? ""}`;
  }

  /**
   * @param configuration inputs of the resource's provider
   * @returns the inputs as the resource's own `check` leaves them
   * @throws {Failure} for inputs that it refuses, and when it fails
   */
  async check(resource: PreviewResource, configuration: PropertyMap): Promise<PropertyMap> {
    const { urn, name, type, inputs } = resource;
    const request = new providerPb.CheckRequest();
    request.setUrn(urn);
    request.setName(name);
    request.setType(type);
    request.setOlds(toStruct({}));
    request.setNews(toStruct(forProgram(inputs, plain)));
    const response = await this.#ask(service.check, request, name, configuration);
    const failures = response.getFailuresList();
    if (failures.length > 0) {
      const reasons = failures.map((failure) =>
        [failure.getProperty(), failure.getReason()].filter((text) => text !== "").join(": "),
      );
      throw new JudgedFailure(
        "program",
        `the dynamic provider of '${name}' (${type}) refuses it: ${reasons.join("; ")}`,
      );
    }
    return withSecrets(fromStruct(response.getInputs()), inputs);
  }

  /**
   * @param configuration inputs of the resource's provider
   * @returns what there is of a resource that the program only reads
   * @throws {JudgedFailure} when there is no such resource, as the engine does
   * @throws {Failure} when its provider fails
   */
  async read(resource: PreviewResource, configuration: PropertyMap): Promise<ReadState> {
    const { urn, id, name, type, inputs } = resource;
    const request = new providerPb.ReadRequest();
    request.setUrn(urn);
    request.setName(name);
    request.setType(type);
    request.setId(id);
    // The engine gives the inputs as both.
    const given = toStruct(forProgram(inputs, plain));
    request.setInputs(given);
    request.setProperties(given);
    const response = await this.#ask(service.read, request, name, configuration);
    if (response.getId() === "") {
      throw new JudgedFailure(
        "program",
        `'${name}' (${type}) does not exist: its dynamic provider finds no ${id}`,
      );
    }
    return { id: response.getId(), outputs: withSecrets(fromStruct(response.getProperties()), inputs) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#caller?.then((caller) => caller.close()).catch(() => undefined);
    await this.#child?.stop("SIGKILL");
  }

  /** Starts their process, which takes a while, before there is anything to ask. */
  prepare(): void {
    if (!this.#isClosed) this.#child ??= this.#host();
  }

  async #ask<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    name: string,
    configuration: PropertyMap,
  ): Promise<Response> {
    this.#caller ??= this.#start(configuration);
    return this.#call(await this.#caller, method, request, name);
  }

  async #start(configuration: PropertyMap): Promise<Caller> {
    this.prepare();
    if (this.#child === undefined) throw new Failure("program", "the preview has ended");
    const caller = new Caller(this.#child.connection, this.#options.isolation.answerBytes);
    const request = new providerPb.ConfigureRequest();
    request.setArgs(toStruct(forProgram(configuration, plain)));
    await this.#call(caller, service.configure, request, "the program");
    return caller;
  }

  #host(): Child {
    const { isolation, project, host, socket, env, outputBytes } = this.#options;
    const address = isolation.address(socket);
    const directory = isolation.path(project.programDirectory);
    return new Child({
      label: "the host of the program's dynamic providers",
      launch: isolation.launch({
        host: "pack",
        nodeArgs: [],
        runner: host,
        args: [address],
        cwd: directory,
        folder: isolation.path(project.root),
        needs: [directory],
        socket,
        env: { ...env, PULUMI_NODEJS_ENGINE: address },
      }),
      outputBytes,
      group: true,
      connection: true,
      failure: "program",
    });
  }

  async #call<Request, Response>(
    caller: Caller,
    method: MethodDefinition<Request, Response>,
    request: Request,
    name: string,
  ): Promise<Response> {
    try {
      return await caller.call(method, request);
    } catch (error) {
      const said = this.#child?.errors.trim().split("\n").slice(-40).join("\n");
      const reason = [reasonOf(error), said].filter(Boolean).join("\n");
      throw new Failure("program", `the dynamic provider of '${name}' failed: ${reason}`);
    }
  }
}

/** The host knows no secrets and no references; what is unknown it is told so. */
const plain: Accepted = { secrets: false, resources: false, partial: true };

/** Secrets that went in stay secret where a property of the same name comes out. */
function withSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, output]) => {
      const input = inputs[key];
      if (input === undefined) return [key, output];
      if (isPlainMap(output) && isPlainMap(input)) return [key, withSecrets(output, input)];
      return [key, !isSecret(output) && holdsSecret(input) ? secret(output) : output];
    }),
  );
}

function isPlainMap(value: PropertyValue): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value);
}
