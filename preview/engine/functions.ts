import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import type { Providers } from "./providers.ts";
import type { PreviewResource } from "./resource.ts";
import { stackOutputs } from "./stack-reference.ts";
import { fromStruct, toStruct } from "./struct.ts";
import { checkUrn, packageOf, providedPackage } from "./urn.ts";
import { type PropertyMap, unknown } from "./values.ts";

type InvokeRequest = InstanceType<typeof resourcePb.ResourceInvokeRequest>;
type InvokeResponse = InstanceType<typeof resourcePb.ResourceInvokeResponse>;
type CallRequest = InstanceType<typeof resourcePb.ResourceCallRequest>;
type CallResponse = InstanceType<typeof providerPb.CallResponse>;

export interface FunctionsOptions {
  providers: Providers;
  callbacks: Callbacks;
  resources: ReadonlyMap<string, PreviewResource>;
  /** Outputs of other stacks, by name. */
  stacks: ReadonlyMap<string, PropertyMap>;
  /** Told of what the program's transforms make of arguments. */
  heard: (properties: PropertyMap) => void;
}

/** What a function of a provider, or a method of a resource, is answered: what only a provider knows is unknown. */
export class Functions {
  #options: FunctionsOptions;
  #transforms: Callback[] = [];

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  addTransform(callback: Callback): void {
    this.#transforms.push(callback);
  }

  /** @throws what a transform threw, and {@link Error} for a function that the engine has not */
  async invoke(request: InvokeRequest, given: PropertyMap): Promise<InvokeResponse> {
    const token = request.getTok();
    checkUrn(request.getParent(), "the parent of a function");
    for (const urn of request.getDependsonList()) checkUrn(urn, "dependsOn", true);
    const { args, options } = await this.#transformed(request, given);
    await this.#options.providers.urn({
      token,
      named: options.getProvider(),
      packageRef: request.getPackageref(),
      version: options.getVersion(),
      downloadUrl: options.getPluginDownloadUrl(),
    });
    const response = new resourcePb.ResourceInvokeResponse();
    const answer = packageOf(token) === "pulumi" ? this.#builtin(token, args) : undefined;
    if (answer !== undefined) {
      response.setReturn(toStruct(answer));
      return response;
    }
    // An SDK before 3.256 reads no `unknown` field; `host/answers.cjs` has each take the value for unknown.
    response.setUnknown(true);
    response.setReturn(toStruct({ unknown }));
    return response;
  }

  async call(request: CallRequest, args: PropertyMap): Promise<CallResponse> {
    const token = request.getTok();
    const self = selfOf(args);
    // A method of a provider is that very provider's, which is a resource already.
    if (providedPackage(token) === undefined) {
      const receiver = self === undefined ? undefined : this.#options.resources.get(self);
      if (self !== undefined && receiver === undefined && request.getProvider() === "") {
        throw new Error(`unknown resource ${self}`);
      }
      const named = request.getProvider() || this.#reference(receiver);
      await this.#options.providers.urn({
        token,
        named,
        packageRef: request.getPackageref(),
        version: request.getVersion(),
        downloadUrl: request.getPlugindownloadurl(),
      });
    }
    const response = new providerPb.CallResponse();
    // The names of a method's results are the provider's to know; an unknown makes the whole result unknown.
    response.setReturn(toStruct({ unknown }));
    return response;
  }

  #reference(receiver: PreviewResource | undefined): string {
    return receiver === undefined || receiver.provider === "" ? "" : `${receiver.provider}::${unknown}`;
  }

  async #transformed(
    request: InvokeRequest,
    given: PropertyMap,
  ): Promise<{ args: PropertyMap; options: InstanceType<typeof resourcePb.TransformInvokeOptions> }> {
    let options = new resourcePb.TransformInvokeOptions();
    const named = { token: request.getTok(), named: request.getProvider(), parent: request.getParent() };
    options.setProvider(this.#options.providers.explicit({ ...named, providers: [] }));
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    for (const [platform, sum] of request.getPluginchecksumsMap().entries()) {
      options.getPluginChecksumsMap().set(platform, sum);
    }
    let args = given;
    for (const transform of this.#transforms) {
      const message = new resourcePb.TransformInvokeRequest();
      message.setToken(request.getTok());
      message.setArgs(toStruct(args));
      message.setOptions(options);
      const answer = await this.#options.callbacks.invoke(transform, message.serializeBinary());
      const response = resourcePb.TransformInvokeResponse.deserializeBinary(answer);
      const changed = response.getArgs();
      if (changed !== undefined) {
        args = fromStruct(changed);
        this.#options.heard(args);
      }
      options = response.getOptions() ?? options;
    }
    return { args, options };
  }

  /** What the engine itself answers; undefined where it would ask the backend. */
  #builtin(token: string, args: PropertyMap): PropertyMap | undefined {
    switch (token) {
      case "pulumi:pulumi:getResource":
        return this.#resource(String(args.urn));
      case "pulumi:pulumi:readStackOutputs":
        return stackOutputs(String(args.name), this.#options.stacks);
      case "pulumi:pulumi:readStackResourceOutputs":
        return undefined;
      default:
        throw new Error(`unrecognized function name: '${token}'`);
    }
  }

  #resource(urn: string): PropertyMap {
    const resource = this.#options.resources.get(urn);
    if (resource === undefined) throw new Error(`unknown resource ${urn}`);
    return {
      urn,
      id: resource.custom ? resource.id : "",
      provider: this.#reference(resource),
      state: resource.outputs,
    };
  }
}

function selfOf({ __self__: self }: PropertyMap): string | undefined {
  if (typeof self !== "object" || self === null || Array.isArray(self)) return undefined;
  return typeof self.urn === "string" ? self.urn : undefined;
}
