import { randomUUID } from "node:crypto";
import type * as grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type Callback, Callbacks } from "./callbacks.ts";
import { PreviewError } from "./error.ts";
import { unary } from "./grpc.ts";
import { type Hook, runHooks } from "./hooks.ts";
import { aliasUrns, outputsOf, secondsOf } from "./registration.ts";
import { bareResource, type PreviewResource } from "./resource.ts";
import { type Registration, transformed } from "./transforms.ts";
import {
  defaultProviderName,
  isTypeToken,
  makeUrn,
  packageOf,
  providedPackage,
  rootStackType,
} from "./urn.ts";
import {
  fromStruct,
  isUnknown,
  outputDependencies,
  type PropertyMap,
  secret,
  toStruct,
  unknown,
} from "./values.ts";

export interface MonitorOptions {
  project: string;
  stack: string;
  organization: string;
  config: ReadonlyMap<string, string>;
  secretKeys: ReadonlySet<string>;
  /** Outputs of other stacks, `organization/project/stack` to values; a stack not here is unknown. */
  stackOutputs: ReadonlyMap<string, PropertyMap>;
  /** Changes a resource's inputs before it is registered. */
  remediate: (resource: PreviewResource) => Promise<PropertyMap>;
  /** Told of each resource once it is registered. */
  registered: (resource: PreviewResource) => void;
}

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type ReadRequest = InstanceType<typeof resourcePb.ReadResourceRequest>;

const stackReferenceType = "pulumi:pulumi:StackReference";

/**
 * Pulumi's ResourceMonitor for a preview without plugins: every output that only a provider could compute is
 * unknown, everything that the program says is recorded.
 */
export class Monitor {
  /** Resources by URN, in the order in which they were registered. */
  readonly resources = new Map<string, PreviewResource>();
  /** Why the program cannot be judged offline, if it cannot. */
  refusal: PreviewError | undefined;
  #options: MonitorOptions;
  #packages = new Map<string, { name: string; version: string; downloadUrl: string }>();
  #stackTransforms: Callback[] = [];
  #transforms = new Map<string, Callback[]>();
  #componentProviders = new Map<string, ReadonlyMap<string, string>>();
  #hooks = new Map<string, Hook>();
  #callbacks = new Callbacks();

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  addTo(server: grpc.Server): void {
    const implementation: grpc.UntypedServiceImplementation = {
      getDeploymentInfo: unary(() => this.#deploymentInfo()),
      supportsFeature: unary((request: InstanceType<typeof resourcePb.SupportsFeatureRequest>) => {
        const response = new resourcePb.SupportsFeatureResponse();
        response.setHassupport(legacyFeatures.has(request.getId()));
        return response;
      }),
      registerPackage: unary((request: InstanceType<typeof resourcePb.RegisterPackageRequest>) =>
        this.#registerPackage(request),
      ),
      registerResource: unary((request: RegisterRequest) => this.#register(request)),
      registerResourceOutputs: unary(
        (request: InstanceType<typeof resourcePb.RegisterResourceOutputsRequest>) => {
          const resource = this.resources.get(request.getUrn());
          if (resource !== undefined) resource.outputs = fromStruct(request.getOutputs());
          return new emptyPb.Empty();
        },
      ),
      readResource: unary((request: ReadRequest) => this.#read(request)),
      existsResource: unary(() => {
        const response = new resourcePb.ExistsResourceResponse();
        response.setUnknown(true);
        return response;
      }),
      invoke: unary((request: InstanceType<typeof resourcePb.ResourceInvokeRequest>) =>
        this.#invoke(request),
      ),
      call: unary(() => this.#call()),
      registerStackTransform: unary((callback: Callback) => {
        this.#stackTransforms.push(callback);
        return new emptyPb.Empty();
      }),
      // An invoke's answer is unknown whatever a transform does to its arguments.
      registerStackInvokeTransform: unary(() => new emptyPb.Empty()),
      registerResourceHook: unary((request: InstanceType<typeof resourcePb.RegisterResourceHookRequest>) => {
        const callback = request.getCallback();
        if (callback !== undefined) {
          this.#hooks.set(request.getName(), { callback, onDryRun: request.getOnDryRun() });
        }
        return new emptyPb.Empty();
      }),
      // An error hook runs when an operation fails, and a preview performs none.
      registerErrorHook: unary(() => new emptyPb.Empty()),
      signalAndWaitForShutdown: unary(() => new emptyPb.Empty()),
    };
    server.addService(resourceRpc.ResourceMonitorService, implementation);
  }

  close(): void {
    this.#callbacks.close();
  }

  #deploymentInfo(): InstanceType<typeof resourcePb.DeploymentInfo> {
    const info = new resourcePb.DeploymentInfo();
    info.setProject(this.#options.project);
    info.setStack(this.#options.stack);
    info.setOrganization(this.#options.organization);
    for (const [key, value] of this.#options.config) info.getConfigMap().set(key, value);
    info.setConfigsecretkeysList([...this.#options.secretKeys]);
    info.setDryrun(true);
    info.setParallel(parallel);
    info.setSupportedfeaturesList([...features]);
    return info;
  }

  #registerPackage(
    request: InstanceType<typeof resourcePb.RegisterPackageRequest>,
  ): InstanceType<typeof resourcePb.RegisterPackageResponse> {
    const parameter = request.getParameterization();
    const ref = randomUUID();
    this.#packages.set(ref, {
      name: parameter?.getName() ?? request.getName(),
      version: parameter?.getVersion() ?? request.getVersion(),
      downloadUrl: request.getDownloadUrl(),
    });
    const response = new resourcePb.RegisterPackageResponse();
    response.setRef(ref);
    return response;
  }

  async #register(
    request: RegisterRequest,
  ): Promise<InstanceType<typeof resourcePb.RegisterResourceResponse>> {
    if (request.getRemote()) {
      this.#refuse(
        `component ${request.getType()} '${request.getName()}' is built by a plugin, which an offline preview does not run: use pulumi preview`,
      );
    }
    const custom = request.getCustom();
    if (custom && !isTypeToken(request.getType())) {
      throw new Error(`'${request.getType()}' is not the type of a custom resource, package:module:Name`);
    }
    const registration = await this.#transformed(request);
    const resource = this.#resource(request, registration);
    if (this.resources.has(resource.urn)) {
      throw new Error(`Duplicate resource URN '${resource.urn}'; try giving it a unique name`);
    }
    // The URN is taken from here on, also while remediation is awaited.
    this.resources.set(resource.urn, resource);
    // The root stack has no inputs to mend, and the program's own code is not even loaded before it is there.
    if (resource.type !== rootStackType) resource.inputs = await this.#options.remediate(resource);
    if (custom) resource.outputs = resource.inputs;
    this.#transforms.set(resource.urn, request.getTransformsList());
    await runHooks(this.#callbacks, this.#hooks, request.getHooks(), resource);
    this.#options.registered(resource);

    const response = new resourcePb.RegisterResourceResponse();
    response.setUrn(resource.urn);
    response.setObject(toStruct(custom ? outputsOf(resource) : {}));
    return response;
  }

  async #transformed(request: RegisterRequest): Promise<Registration> {
    const callbacks = [...request.getTransformsList()];
    for (let urn = request.getParent(); urn !== ""; urn = this.resources.get(urn)?.parent ?? "") {
      callbacks.push(...(this.#transforms.get(urn) ?? []));
    }
    callbacks.push(...this.#stackTransforms);
    return transformed(this.#callbacks, callbacks, request, this.#explicitProvider(request));
  }

  #resource(request: RegisterRequest, { properties, options }: Registration): PreviewResource {
    const type = request.getType();
    const custom = request.getCustom();
    const { project, stack } = this.#options;
    const parent = request.getParent();
    const urn = makeUrn({ stack, project, type, name: request.getName(), parent });
    const providers = this.#providersOf(request);
    if (!custom) this.#componentProviders.set(urn, providers);
    const isProvider = providedPackage(type) !== undefined;
    const propertyDependencies = new Map(
      [...request.getPropertydependenciesMap().entries()].map(([property, dependencies]) => [
        property,
        new Set(dependencies.getUrnsList()),
      ]),
    );
    for (const [property, value] of Object.entries(properties)) {
      const found = outputDependencies(value);
      if (found.length === 0) continue;
      const known = propertyDependencies.get(property) ?? new Set();
      propertyDependencies.set(property, known.union(new Set(found)));
    }
    const dependencies = new Set(options.getDependsOnList());
    for (const urns of propertyDependencies.values()) for (const one of urns) dependencies.add(one);
    const version = options.getVersion();
    const inputs = isProvider && version !== "" ? { ...properties, version } : properties;
    return bareResource({
      urn,
      type,
      name: request.getName(),
      parent,
      custom,
      protect: options.getProtect() ?? false,
      inputs,
      outputs: {},
      provider:
        custom && !isProvider
          ? this.#providerUrn(
              options.getProvider(),
              type,
              request.getPackageref(),
              version,
              options.getPluginDownloadUrl(),
            )
          : "",
      dependencies: [...dependencies],
      propertyDependencies: new Map([...propertyDependencies].map(([key, urns]) => [key, [...urns]])),
      ignoreChanges: options.getIgnoreChangesList(),
      aliases: aliasUrns(options.getAliasesList(), {
        urn,
        type,
        name: request.getName(),
        parent,
        project,
        stack,
      }),
      additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
      deleteBeforeReplace: options.getDeleteBeforeReplace(),
      timeouts: secondsOf(options.getCustomTimeouts()),
    });
  }

  /** The provider that a resource names, by itself, by its `providers` or by its parent's. */
  #explicitProvider(request: RegisterRequest): string {
    const named = request.getProvider();
    if (named !== "" || !request.getCustom()) return named;
    return this.#providersOf(request).get(packageOf(request.getType())) ?? "";
  }

  #providersOf(request: RegisterRequest): ReadonlyMap<string, string> {
    return new Map([
      ...(this.#componentProviders.get(request.getParent()) ?? []),
      ...request.getProvidersMap().entries(),
    ]);
  }

  /** URN of a resource's provider; one that nobody named is registered as the engine does it. */
  #providerUrn(
    named: string,
    type: string,
    packageRef: string,
    version: string,
    downloadUrl: string,
  ): string {
    if (named !== "") return named.split("::").slice(0, -1).join("::");
    const registered = this.#packages.get(packageRef);
    const pkg = registered?.name ?? packageOf(type);
    const wanted = registered ?? { version, downloadUrl };
    const providerType = `pulumi:providers:${pkg}`;
    const name = defaultProviderName(wanted.version, wanted.downloadUrl);
    const { project, stack } = this.#options;
    const urn = makeUrn({ stack, project, type: providerType, name });
    if (!this.resources.has(urn)) {
      const inputs: PropertyMap = {};
      for (const [key, value] of this.#options.config) {
        const [namespace, property = ""] = key.split(":");
        if (namespace === pkg) inputs[property] = this.#options.secretKeys.has(key) ? secret(value) : value;
      }
      if (wanted.version !== "") inputs.version = wanted.version;
      const provider = bareResource({ urn, type: providerType, name, custom: true, inputs });
      this.resources.set(urn, provider);
      this.#options.registered(provider);
    }
    return urn;
  }

  #read(request: ReadRequest): InstanceType<typeof resourcePb.ReadResourceResponse> {
    const type = request.getType();
    const parent = request.getParent();
    const { project, stack } = this.#options;
    const urn = makeUrn({ stack, project, type, name: request.getName(), parent });
    const properties = fromStruct(request.getProperties());
    const outputs =
      type === stackReferenceType ? this.#stackReference(properties, request.getId()) : properties;
    if (!this.resources.has(urn)) {
      const resource = bareResource({
        urn,
        type,
        name: request.getName(),
        parent,
        custom: true,
        external: true,
        inputs: properties,
        outputs,
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      });
      if (packageOf(type) !== "pulumi") {
        resource.provider = this.#providerUrn(
          request.getProvider(),
          type,
          request.getPackageref(),
          request.getVersion(),
          request.getPlugindownloadurl(),
        );
      }
      this.resources.set(urn, resource);
      this.#options.registered(resource);
    }
    const response = new resourcePb.ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(toStruct(outputs));
    return response;
  }

  /** Another stack's outputs: given with `--stack-output`, else unknown. */
  #stackReference(properties: PropertyMap, id: string): PropertyMap {
    const name = typeof properties.name === "string" && !isUnknown(properties.name) ? properties.name : id;
    const given =
      this.#options.stackOutputs.get(name) ??
      this.#options.stackOutputs.get(name.split("/").slice(1).join("/")) ??
      this.#options.stackOutputs.get(name.split("/").at(-1) ?? "");
    if (given === undefined) return { name, outputs: unknown, secretOutputNames: unknown };
    return { name, outputs: given, secretOutputNames: [] };
  }

  #invoke(
    request: InstanceType<typeof resourcePb.ResourceInvokeRequest>,
  ): InstanceType<typeof resourcePb.ResourceInvokeResponse> {
    const response = new resourcePb.ResourceInvokeResponse();
    if (request.getTok() !== "pulumi:pulumi:getResource") {
      response.setUnknown(true);
      return response;
    }
    const { urn } = fromStruct(request.getArgs());
    const resource = typeof urn === "string" ? this.resources.get(urn) : undefined;
    if (resource === undefined) throw new Error(`unknown resource ${String(urn)}`);
    response.setReturn(
      toStruct({ urn: resource.urn, id: resource.custom ? unknown : "", state: resource.outputs }),
    );
    return response;
  }

  #call(): InstanceType<typeof providerPb.CallResponse> {
    const response = new providerPb.CallResponse();
    // The names of a method's results are the provider's to know; an unknown makes the whole result unknown.
    response.setReturn(toStruct({ result: unknown }));
    return response;
  }

  #refuse(message: string): never {
    this.refusal ??= new PreviewError("unsupported", message);
    throw this.refusal;
  }
}

/** As many as the engine runs at once by default, so that the program offers them as it would there. */
const parallel = 16;

const feature = resourcePb.ResourceMonitorFeature;

const features = [
  feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
  feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
  feature.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
];

/** The same features by the names that an older SDK asks for one by one. */
const legacyFeatures: ReadonlySet<string> = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
]);
