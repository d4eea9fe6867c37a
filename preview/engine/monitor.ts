import type { Duplex } from "node:stream";
import type * as grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { Failure } from "../../lib/failure.ts";
import type { Sources } from "../../project/sources.ts";
import { type Callback, Callbacks } from "./callbacks.ts";
import { deploymentInfo, legacyFeatures } from "./features.ts";
import { type UnaryMethods, unaries } from "./grpc.ts";
import { Hooks } from "./hooks.ts";
import { Providers } from "./providers.ts";
import { outputsOf, reportedPlaces, secondsOf } from "./registration.ts";
import { bareResource, type PreviewResource } from "./resource.ts";
import { stackReferenceOutputs, stackReferenceType } from "./stack-reference.ts";
import { type Registration, Transforms } from "./transforms.ts";
import { isTypeToken, makeUrn, providedPackage, rootStackType } from "./urn.ts";
import { fromStruct, type PropertyMap, toStruct, unknown } from "./values.ts";

export interface MonitorOptions {
  project: string;
  stack: string;
  organization: string;
  config: ReadonlyMap<string, string>;
  secretKeys: ReadonlySet<string>;
  /** Outputs of other stacks, `organization/project/stack` to values; a stack not here is unknown. */
  stackOutputs: ReadonlyMap<string, PropertyMap>;
  /** Finds the files in which resources are declared. */
  sources: Sources;
  /** Told of all that the program says, before anything is done with it. */
  heard: (properties: PropertyMap) => void;
  /** Changes a resource's inputs before it is registered. */
  remediate: (resource: PreviewResource) => Promise<PropertyMap>;
  /** Told of each resource once it is registered. */
  registered: (resource: PreviewResource) => void;
  /** The connection to the program's process. */
  connection: () => Duplex;
  /** Takes a warning about a resource. */
  warn: (message: string, urn: string) => void;
}

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type ReadRequest = InstanceType<typeof resourcePb.ReadResourceRequest>;
type InvokeRequest = InstanceType<typeof resourcePb.ResourceInvokeRequest>;
type CallRequest = InstanceType<typeof resourcePb.ResourceCallRequest>;
type HookRequest = InstanceType<typeof resourcePb.RegisterResourceHookRequest>;
type Struct = Parameters<typeof fromStruct>[0];

/**
 * Pulumi's ResourceMonitor for a preview without plugins: every output that only a provider could compute is
 * unknown, everything that the program says is recorded.
 */
export class Monitor {
  /** Resources by URN, in the order in which they were registered. */
  readonly resources = new Map<string, PreviewResource>();
  /** Rejects when the program wants what cannot be judged offline; never resolves. */
  readonly refused: Promise<never>;
  /** The program came to its end, which is when it hands over its stack's outputs. */
  finished = false;
  #options: MonitorOptions;
  #providers: Providers;
  #callbacks: Callbacks;
  #transforms: Transforms;
  #hooks: Hooks;
  /** Resolves when the program's runner says that nothing is left to register; the process ends after it. */
  readonly shutdown: Promise<void>;
  #refuseWith: (error: Failure) => void = () => undefined;
  #shutDown: () => void = () => undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#callbacks = new Callbacks(options.connection);
    this.#transforms = new Transforms(this.#callbacks);
    this.#providers = new Providers({ ...options, register: (provider) => this.#record(provider) });
    this.#hooks = new Hooks(this.#callbacks, options.warn);
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
      registerResource: (request: RegisterRequest) => this.#register(request),
      registerResourceOutputs: (request: InstanceType<typeof resourcePb.RegisterResourceOutputsRequest>) => {
        this.#takeOutputs(request.getUrn(), this.#hear(request.getOutputs()));
        return done();
      },
      readResource: (request: ReadRequest) => this.#read(request),
      existsResource: () => {
        const response = new resourcePb.ExistsResourceResponse();
        response.setUnknown(true);
        return response;
      },
      invoke: (request: InvokeRequest) => this.#invoke(request),
      call: (request: CallRequest) => this.#call(request),
      registerStackTransform: (callback: Callback) => {
        this.#transforms.addForStack(callback);
        return done();
      },
      // An invoke's answer is unknown whatever a transform does to its arguments.
      registerStackInvokeTransform: done,
      registerResourceHook: (request: HookRequest) => {
        this.#hooks.add(request);
        return done();
      },
      // An error hook runs when an operation fails, and a preview performs none.
      registerErrorHook: done,
      signalAndWaitForShutdown: () => {
        this.#shutDown();
        return done();
      },
    };
  }

  addTo(server: grpc.Server): void {
    server.addService(resourceRpc.ResourceMonitorService, unaries(this.methods));
  }

  close(): void {
    this.#callbacks.close();
  }

  async #register(
    request: RegisterRequest,
  ): Promise<InstanceType<typeof resourcePb.RegisterResourceResponse>> {
    this.#hear(request.getObject());
    if (request.getRemote()) {
      this.#refuse(
        `component ${request.getType()} '${request.getName()}' is built by a plugin, which an offline preview does not run: use pulumi preview`,
      );
    }
    if (request.getCustom()) checkTypeToken(request.getType());
    const registration = await this.#transformed(request);
    this.#options.heard(registration.properties);
    const resource = await this.#resource(request, registration);
    const { urn, custom } = resource;
    this.#transforms.addForResource(urn, request);
    if (!custom) {
      this.#providers.addComponent(urn, registration.options.getProvidersMap().entries(), resource.parent);
    }
    await this.#record(resource);
    const outputs = custom ? outputsOf(resource) : {};
    await this.#hooks.run(registration.options.getHooks(), resource, outputs);
    const response = new resourcePb.RegisterResourceResponse();
    response.setUrn(urn);
    response.setObject(toStruct(outputs));
    return response;
  }

  /** @throws {Error} when the stack has such a resource already, or lacks its parent */
  async #record(resource: PreviewResource): Promise<void> {
    const { urn, parent } = resource;
    if (this.resources.has(urn)) {
      throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    }
    if (parent !== "" && !this.resources.has(parent)) {
      throw new Error(`could not find parent resource ${parent}`);
    }
    // The URN is taken from here on, also while remediation is awaited.
    this.resources.set(urn, resource);
    // The root stack has no inputs to mend, and the program's own code is not even loaded before it is there;
    // a resource that the stack only reads is not the stack's to mend.
    if (resource.type !== rootStackType && !resource.external) {
      resource.inputs = await this.#options.remediate(resource);
      if (resource.custom) resource.outputs = resource.inputs;
    }
    this.#options.registered(resource);
  }

  #takeOutputs(urn: string, outputs: PropertyMap): void {
    const resource = this.resources.get(urn);
    if (resource === undefined) return;
    resource.outputs = outputs;
    if (resource.type === rootStackType) this.finished = true;
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

  async #resource(request: RegisterRequest, registration: Registration): Promise<PreviewResource> {
    const { properties, options } = registration;
    const type = request.getType();
    const custom = request.getCustom();
    const parent = request.getParent();
    const packageRef = request.getPackageref();
    return bareResource({
      urn: this.#urn(type, request.getName(), parent),
      type,
      name: request.getName(),
      parent,
      custom,
      protect: options.hasProtect()
        ? (options.getProtect() ?? false)
        : (this.resources.get(parent)?.protect ?? false),
      inputs: this.#providers.inputsOf(type, properties, options.getVersion(), packageRef),
      outputs: {},
      provider:
        custom && providedPackage(type) === undefined
          ? await this.#providers.urn({
              token: type,
              named: options.getProvider(),
              packageRef,
              version: options.getVersion(),
              downloadUrl: options.getPluginDownloadUrl(),
            })
          : "",
      dependencies: registration.dependencies,
      propertyDependencies: registration.propertyDependencies,
      ignoreChanges: options.getIgnoreChangesList(),
      additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
      deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
      timeouts: secondsOf(options.getCustomTimeouts()),
      source: this.#options.sources.first(reportedPlaces(request)),
    });
  }

  async #read(request: ReadRequest): Promise<InstanceType<typeof resourcePb.ReadResourceResponse>> {
    const type = request.getType();
    checkTypeToken(type);
    const inputs = this.#hear(request.getProperties());
    const urn = this.#urn(type, request.getName(), request.getParent());
    if (request.getId() === "") throw new Error(`Expected an ID for ${urn}`);
    const resource = bareResource({
      urn,
      type,
      name: request.getName(),
      parent: request.getParent(),
      custom: true,
      external: true,
      inputs,
      provider:
        providedPackage(type) === undefined
          ? await this.#providers.urn({
              token: type,
              named: request.getProvider(),
              packageRef: request.getPackageref(),
              version: request.getVersion(),
              downloadUrl: request.getPlugindownloadurl(),
            })
          : "",
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      source: this.#options.sources.first(reportedPlaces(request)),
    });
    resource.outputs =
      type === stackReferenceType
        ? stackReferenceOutputs(inputs, request.getId(), this.#options.stackOutputs)
        : outputsOf(resource);
    await this.#record(resource);
    const response = new resourcePb.ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(toStruct(resource.outputs));
    return response;
  }

  async #invoke(request: InvokeRequest): Promise<InstanceType<typeof resourcePb.ResourceInvokeResponse>> {
    const args = this.#hear(request.getArgs());
    await this.#providers.urn({
      token: request.getTok(),
      named: request.getProvider(),
      packageRef: request.getPackageref(),
      version: request.getVersion(),
      downloadUrl: request.getPlugindownloadurl(),
    });
    const response = new resourcePb.ResourceInvokeResponse();
    if (request.getTok() !== "pulumi:pulumi:getResource") {
      response.setUnknown(true);
      return response;
    }
    const resource = typeof args.urn === "string" ? this.resources.get(args.urn) : undefined;
    if (resource === undefined) throw new Error(`unknown resource ${String(args.urn)}`);
    response.setReturn(
      toStruct({ urn: resource.urn, id: resource.custom ? unknown : "", state: resource.outputs }),
    );
    return response;
  }

  async #call(request: CallRequest): Promise<InstanceType<typeof providerPb.CallResponse>> {
    this.#hear(request.getArgs());
    const token = request.getTok();
    // A method of a provider is that very provider's, which is a resource already.
    if (providedPackage(token) === undefined) {
      await this.#providers.urn({
        token,
        named: request.getProvider(),
        packageRef: request.getPackageref(),
        version: request.getVersion(),
        downloadUrl: request.getPlugindownloadurl(),
      });
    }
    const response = new providerPb.CallResponse();
    // The names of a method's results are the provider's to know; an unknown makes the whole result unknown.
    response.setReturn(toStruct({ result: unknown }));
    return response;
  }

  #urn(type: string, name: string, parent: string): string {
    const { project, stack } = this.#options;
    return makeUrn({ stack, project, type, name, parent });
  }

  #hear(struct: Struct): PropertyMap {
    const properties = fromStruct(struct);
    this.#options.heard(properties);
    return properties;
  }

  #refuse(message: string): never {
    const error = new Failure("unsupported", message);
    this.#refuseWith(error);
    throw error;
  }
}

/** @throws {Error} for a type or function token that does not name its package */
function checkTypeToken(type: string): void {
  if (!isTypeToken(type)) {
    throw new Error(`'${type}' is not the type of a custom resource, package:module:Name`);
  }
}
