import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import { fromStruct, toStruct } from "./struct.ts";
import {
  outputDependencies,
  outputValue,
  type PropertyMap,
  withOutputValues,
  withoutOutputValues,
} from "./values.ts";

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type TransformOptions = InstanceType<typeof resourcePb.TransformResourceOptions>;

/** What a resource is registered with once every transform has had its say. */
export interface Registration {
  properties: PropertyMap;
  options: TransformOptions;
  dependencies: string[];
  propertyDependencies: Map<string, string[]>;
  /** Whether it may differ from what the program asked for. */
  isTransformed: boolean;
}

/** Functions of the program that change resources before they are registered. */
export class Transforms {
  #callbacks: Callbacks;
  #ofStack: Callback[] = [];
  #ofResources = new Map<string, { parent: string; own: Callback[] }>();

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  addForStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  /** Remembers a resource's own transforms for its children. */
  addForResource(urn: string, request: RegisterRequest): void {
    this.#ofResources.set(urn, { parent: request.getParent(), own: request.getTransformsList() });
  }

  /**
   * Runs a resource's transforms in the order of the engine: its own, its ancestors', the stack's.
   *
   * @throws what a transform threw
   */
  async run(request: RegisterRequest, provider: string): Promise<Registration> {
    const before = fromStruct(request.getObject());
    const declared = declaredDependencies(request, before);
    // As in the engine, only a resource's own transforms are told what each property depends on, and then
    // what they give back says so.
    const own = request.getTransformsList().length > 0;
    const transforms = this.#allFor(request);
    let after = before;
    let options = optionsOf(request, provider);
    if (transforms.length > 0) {
      const given = withOutputValues(before);
      let struct = toStruct(own ? withDependencies(given, declared) : given);
      for (const transform of transforms) {
        const message = transformRequest(request, struct, options);
        const answer = await this.#callbacks.invoke(transform, message.serializeBinary());
        const response = resourcePb.TransformResponse.deserializeBinary(answer);
        struct = response.getProperties() ?? struct;
        options = response.getOptions() ?? options;
      }
      after = fromStruct(struct);
    }
    const propertyDependencies = new Map(own ? [] : declared);
    for (const [property, value] of Object.entries(after)) {
      const found = new Set([...(propertyDependencies.get(property) ?? []), ...outputDependencies(value)]);
      propertyDependencies.set(property, [...found]);
    }
    // Without transforms of its own, what others did to the resource's `dependsOn` does not count.
    const dependencies = new Set(own ? options.getDependsOnList() : request.getDependenciesList());
    if (own) for (const urns of propertyDependencies.values()) for (const urn of urns) dependencies.add(urn);
    return {
      properties: withoutOutputValues(after),
      options,
      dependencies: [...dependencies],
      propertyDependencies,
      isTransformed: transforms.length > 0,
    };
  }

  #allFor(request: RegisterRequest): Callback[] {
    const callbacks = [...request.getTransformsList()];
    let ancestor = this.#ofResources.get(request.getParent());
    while (ancestor !== undefined) {
      callbacks.push(...ancestor.own);
      ancestor = this.#ofResources.get(ancestor.parent);
    }
    return [...callbacks, ...this.#ofStack];
  }
}

function transformRequest(
  request: RegisterRequest,
  properties: ReturnType<typeof toStruct>,
  options: TransformOptions,
): InstanceType<typeof resourcePb.TransformRequest> {
  const message = new resourcePb.TransformRequest();
  message.setType(request.getType());
  message.setName(request.getName());
  message.setCustom(request.getCustom());
  message.setParent(request.getParent());
  message.setProperties(properties);
  message.setOptions(options);
  return message;
}

/** What each property depends on; an SDK that does not say makes each depend on all. */
function declaredDependencies(request: RegisterRequest, properties: PropertyMap): Map<string, string[]> {
  const declared = [...request.getPropertydependenciesMap().entries()];
  return declared.length > 0
    ? new Map(declared.map(([property, dependencies]) => [property, dependencies.getUrnsList()]))
    : new Map(Object.keys(properties).map((property) => [property, request.getDependenciesList()]));
}

function withDependencies(
  properties: PropertyMap,
  dependencies: ReadonlyMap<string, readonly string[]>,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      const urns = dependencies.get(key) ?? [];
      const known = new Set(outputDependencies(value));
      return [key, urns.every((urn) => known.has(urn)) ? value : outputValue(value, urns)];
    }),
  );
}

function optionsOf(request: RegisterRequest, provider: string): TransformOptions {
  const options = new resourcePb.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(provider);
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()) {
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  }
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  for (const [name, reference] of request.getProvidersMap().entries()) {
    options.getProvidersMap().set(name, reference);
  }
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  options.setHideDiffList(request.getHidediffsList());
  options.setReplaceWithList(request.getReplaceWithList());
  options.setReplacementTrigger(request.getReplacementTrigger());
  return options;
}
