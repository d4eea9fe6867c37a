import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import { fromStruct, type PropertyMap, toStruct } from "./values.ts";

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type TransformOptions = InstanceType<typeof resourcePb.TransformResourceOptions>;

/** What a resource is registered with once every transform has had its say. */
export interface Registration {
  properties: PropertyMap;
  options: TransformOptions;
}

/**
 * Runs a resource's transforms in the order of the engine: its own, its ancestors', the stack's.
 *
 * @throws what a transform threw
 */
export async function transformed(
  callbacks: Callbacks,
  transforms: readonly Callback[],
  request: RegisterRequest,
  provider: string,
): Promise<Registration> {
  let struct = request.getObject() ?? toStruct({});
  let options = optionsOf(request, provider);
  for (const transform of transforms) {
    const message = new resourcePb.TransformRequest();
    message.setType(request.getType());
    message.setName(request.getName());
    message.setCustom(request.getCustom());
    message.setParent(request.getParent());
    message.setProperties(struct);
    message.setOptions(options);
    const answer = await callbacks.invoke(transform, message.serializeBinary());
    const response = resourcePb.TransformResponse.deserializeBinary(answer);
    struct = response.getProperties() ?? struct;
    options = response.getOptions() ?? options;
  }
  return { properties: fromStruct(struct), options };
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
  if (request.getDeletebeforereplacedefined())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  for (const [name, reference] of request.getProvidersMap().entries()) {
    options.getProvidersMap().set(name, reference);
  }
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  return options;
}
