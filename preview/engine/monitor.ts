import type { Duplex } from "node:stream";
import type * as grpc from "@grpc/grpc-js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { Failure, type FailureKind } from "../../lib/failure.ts";
import type { Sources } from "../../project/sources.ts";
import { Assets, type FileAccess } from "./assets.ts";
import { builtinOutputs } from "./builtins.ts";
import { type Callback, Callbacks } from "./callbacks.ts";
import { checkTypeToken, Declarations } from "./declarations.ts";
import { deploymentInfo, legacyFeatures } from "./features.ts";
import { Functions } from "./functions.ts";
import { type UnaryMethods, unaries } from "./grpc.ts";
import { Hooks } from "./hooks.ts";
import { inherit } from "./inheritance.ts";
import { InstalledPlugins } from "./installed.ts";
import { Providers } from "./providers.ts";
import { ReadResponse } from "./read-response.ts";
import { type RecordOptions, Records } from "./records.ts";
import { outputsOf, outputsOfRead, withSecretOutputs } from "./registration.ts";
import type { PreviewResource } from "./resource.ts";
import { stackReferenceOutputs, stackReferenceType } from "./stack-reference.ts";
import { fromStruct, toStruct } from "./struct.ts";
import { type Registration, Transforms } from "./transforms.ts";
import { checkUrn, rootStackType } from "./urn.ts";
import { forProgram, isUnknown, type PropertyMap } from "./values.ts";

export interface MonitorOptions extends Omit<RecordOptions, "refuse">, FileAccess {
  project: string;
  stack: string;
  organization: string;
  config: ReadonlyMap<string, string>;
  secretKeys: ReadonlySet<string>;
  /** Folder in which the program runs. */
  programDirectory: string;
  /** Finds the files in which resources are declared. */
  sources: Sources;
  /** Told of all that the program says, before anything is done with it. */
  heard: (properties: PropertyMap) => void;
  /** The connection to the program's process. */
  connection: () => Duplex;
  /** Bytes that the program may answer when one of its functions is called; what the SDK allows by default. */
  answerBytes?: number | undefined;
  /** Takes a warning about a resource. */
  warn: (message: string, urn: string) => void;
  /** Takes what fails the preview once all is judged. */
  failed: (message: string) => void;
}

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type ReadRequest = InstanceType<typeof resourcePb.ReadResourceRequest>;
type InvokeRequest = InstanceType<typeof resourcePb.ResourceInvokeRequest>;
type CallRequest = InstanceType<typeof resourcePb.ResourceCallRequest>;
type OutputsRequest = InstanceType<typeof resourcePb.RegisterResourceOutputsRequest>;
type HookRequest = InstanceType<typeof resourcePb.RegisterResourceHookRequest>;
type Struct = Parameters<typeof fromStruct>[0];

/**
 * Pulumi's ResourceMonitor for a preview without plugins: every output that only a provider could compute is
 * unknown, everything that the program says is recorded.
 */
export class Monitor {
  /** Resources by URN, in the order in which they were registered. */
  readonly resources: ReadonlyMap<string, PreviewResource>;
  /** Rejects when the program wants what cannot be judged offline; never resolves. */
  readonly refused: Promise<never>;
  /** The program came to its end, which is when it hands over its stack's outputs. */
  finished = false;
  #options: MonitorOptions;
  #records: Records;
  #providers: Providers;
  #callbacks: Callbacks;
  #transforms: Transforms;
  #hooks: Hooks;
  #declarations: Declarations;
  #functions: Functions;
  #assets: Assets;
  /** Resolves when the program's runner says that nothing is left to register; the process ends after it. */
  readonly shutdown: Promise<void>;
  #refuseWith: (error: Failure) => void = () => undefined;
  /** Nothing may be registered any more, since what is there is being judged. */
  #isComplete = false;
  #open = new Set<Promise<unknown>>();
  #shutDown: () => void = () => undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#records = new Records({ ...options, refuse: (error) => this.#refuseWith(error) });
    this.resources = this.#records.byUrn;
    this.#callbacks = new Callbacks(options.connection, options.answerBytes);
    this.#transforms = new Transforms(this.#callbacks);
    const installed = new InstalledPlugins(options.programDirectory, options.mayRead);
    this.#providers = new Providers({
      ...options,
      installed: (name) => installed.get(name),
      has: (urn) => this.resources.has(urn),
      register: (provider) => this.#records.add(provider),
    });
    this.#declarations = new Declarations({ ...options, providers: this.#providers });
    this.#functions = new Functions({
      providers: this.#providers,
      callbacks: this.#callbacks,
      resources: this.resources,
      stacks: options.stackOutputs,
      heard: options.heard,
    });
    this.#assets = new Assets(options.programDirectory, options, (message) => options.warn(message, ""));
    this.#hooks = new Hooks(this.#callbacks, options);
    this.refused = new Promise((_, reject) => {
      this.#refuseWith = reject;
    });
    this.refused.catch(() => undefined);
    this.shutdown = new Promise((resolve) => {
      this.#shutDown = resolve;
    });
  }

  /** The service's methods, for a server or for a program in this very process. */
  get methods(): UnaryMethods {
    const done = (): InstanceType<typeof emptyPb.Empty> => new emptyPb.Empty();
    return {
      getDeploymentInfo: () => deploymentInfo(this.#options),
      supportsFeature: (request: InstanceType<typeof resourcePb.SupportsFeatureRequest>) => {
        const response = new resourcePb.SupportsFeatureResponse();
        response.setHassupport(legacyFeatures.has(request.getId()));
        return response;
      },
      registerPackage: (request: InstanceType<typeof resourcePb.RegisterPackageRequest>) => {
        const response = new resourcePb.RegisterPackageResponse();
        response.setRef(this.#providers.addPackage(request));
        return response;
      },
      registerResource: (request: RegisterRequest) => this.#tracked(() => this.#register(request)),
      registerResourceOutputs: async (request: OutputsRequest) => {
        await this.#takeOutputs(request);
        return done();
      },
      readResource: (request: ReadRequest) => this.#tracked(() => this.#read(request)),
      existsResource: () => {
        const response = new resourcePb.ExistsResourceResponse();
        response.setUnknown(true);
        return response;
      },
      invoke: (request: InvokeRequest) => this.#functions.invoke(request, this.#hear(request.getArgs())),
      call: (request: CallRequest) => this.#functions.call(request, this.#hear(request.getArgs())),
      registerStackTransform: (callback: Callback) => {
        this.#transforms.addForStack(callback);
        return done();
      },
      registerStackInvokeTransform: (callback: Callback) => {
        this.#functions.addTransform(callback);
        return done();
      },
      registerResourceHook: (request: HookRequest) => {
        this.#hooks.add(request);
        return done();
      },
      registerErrorHook: (request: InstanceType<typeof resourcePb.RegisterErrorHookRequest>) => {
        this.#hooks.addForErrors(request.getName());
        return done();
      },
      signalAndWaitForShutdown: () => {
        this.#isComplete = true;
        this.#shutDown();
        return done();
      },
    };
  }

  addTo(server: grpc.Server): void {
    server.addService(resourceRpc.ResourceMonitorService, unaries(this.methods));
  }

  /** Resolves when all that the program registered is handed on to be judged; what comes later is refused. */
  async complete(): Promise<void> {
    this.#isComplete = true;
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }

  close(): void {
    this.#callbacks.close();
  }

  async #tracked<T>(register: () => Promise<T>): Promise<T> {
    if (this.#isComplete) {
      this.#refuse("program", "the program registered a resource after it had said that it was finished");
    }
    return this.#untilDone(register());
  }

  /** Keeps what is registered from being judged before something is done with it. */
  #untilDone<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work);
    return work.finally(() => this.#open.delete(work));
  }

  async #register(
    request: RegisterRequest,
  ): Promise<InstanceType<typeof resourcePb.RegisterResourceResponse>> {
    checkUrn(request.getParent(), "a parent");
    if (request.getRemote()) {
      this.#refuse(
        "unsupported",
        `component ${request.getType()} '${request.getName()}' is built by a plugin, which an offline preview does not run: use pulumi preview`,
      );
    }
    if (request.getCustom()) checkTypeToken(request.getType());
    this.#assets.check(this.#hear(request.getObject()));
    const parent = this.resources.get(request.getParent());
    if (parent !== undefined) inherit(request, parent);
    const registration = await this.#transformed(request);
    this.#options.heard(registration.properties);
    if (registration.isTransformed) this.#assets.check(registration.properties);
    const resource = await this.#declarations.registered(request, registration);
    const { urn, custom, replacementTrigger } = resource;
    if (replacementTrigger !== undefined) this.#options.heard({ replacementTrigger });
    this.#transforms.addForResource(urn, request);
    if (!custom) {
      this.#providers.addComponent(urn, registration.options.getProvidersMap().entries(), resource.parent);
    }
    await this.#records.add(resource);
    if (custom && resource.type === stackReferenceType) {
      this.#options.warn("is registered, which the engine calls deprecated: a newer SDK reads it", urn);
    }
    const outputs = custom && !this.#records.hasUnknownProvider(resource) ? outputsOf(resource) : {};
    const hooks = registration.options.getHooks();
    await this.#hooks.before(hooks, resource);
    await this.#hooks.after(hooks, resource, outputs);
    const response = new resourcePb.RegisterResourceResponse();
    response.setUrn(urn);
    response.setObject(
      toStruct(
        forProgram(builtinOutputs(resource, this.#options.stackOutputs) ?? outputs, {
          secrets: request.getAcceptsecrets(),
          resources: request.getAcceptresources(),
          partial: request.getSupportspartialvalues(),
        }),
      ),
    );
    return response;
  }

  async #takeOutputs(request: OutputsRequest): Promise<void> {
    const urn = request.getUrn();
    checkUrn(urn, "what outputs are registered for", true);
    const outputs = this.#hear(request.getOutputs());
    this.#assets.check(outputs);
    if (this.#isComplete) return;
    const completed = this.#records.complete(urn, outputs);
    if (completed.type === rootStackType) this.finished = true;
    else await this.#untilDone(this.#hooks.completed(completed));
  }

  #transformed(request: RegisterRequest): Promise<Registration> {
    const token = request.getType();
    const named = request.getProvider();
    const providers = request.getProvidersMap().entries();
    const parent = request.getParent();
    const provider = request.getCustom()
      ? this.#providers.explicit({ token, named, providers, parent })
      : named;
    return this.#transforms.run(request, provider);
  }

  async #read(request: ReadRequest): Promise<InstanceType<typeof resourcePb.ReadResourceResponse>> {
    const resource = await this.#declarations.read(request, this.#hear(request.getProperties()));
    resource.outputs = await this.#readOutputs(resource);
    await this.#records.add(resource);
    const response = new ReadResponse();
    if (!isUnknown(resource.id)) response.setKnownId(resource.id);
    response.setUrn(resource.urn);
    response.setProperties(
      toStruct(
        forProgram(resource.outputs, {
          secrets: request.getAcceptsecrets(),
          resources: request.getAcceptresources(),
          partial: true,
        }),
      ),
    );
    return response;
  }

  async #readOutputs(resource: PreviewResource): Promise<PropertyMap> {
    if (isUnknown(resource.id) || this.#records.hasUnknownProvider(resource)) return {};
    if (resource.type === stackReferenceType) {
      return stackReferenceOutputs(resource.inputs, this.#options.stackOutputs);
    }
    const found = await this.#records.found(resource);
    if (found === undefined) return outputsOfRead(resource);
    this.#options.heard(found.outputs);
    resource.id = found.id;
    return withSecretOutputs(found.outputs, resource);
  }

  #hear(struct: Struct): PropertyMap {
    const properties = fromStruct(struct);
    this.#options.heard(properties);
    return properties;
  }

  #refuse(kind: FailureKind, message: string): never {
    const error = new Failure(kind, message);
    this.#refuseWith(error);
    throw error;
  }
}
