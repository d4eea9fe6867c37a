import { randomUUID } from "node:crypto";
import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { bareResource, type PreviewResource } from "./resource.ts";
import { checkVersion } from "./semver.ts";
import { defaultProviderName, makeUrn, packageOf, providedPackage } from "./urn.ts";
import { type PropertyMap, secret } from "./values.ts";

export interface ProvidersOptions {
  project: string;
  stack: string;
  config: ReadonlyMap<string, string>;
  secretKeys: ReadonlySet<string>;
  /** The plugin of an installed package, for a resource that asks for no version. */
  installed: (name: string) => { version: string; downloadUrl: string } | undefined;
  /** Tells whether a URN is of a provider that is registered. */
  has: (urn: string) => boolean;
  /** Registers a provider that the engine makes by itself. */
  register: (provider: PreviewResource) => Promise<void>;
}

/** What a resource, a read, an invoke or a call says of the provider it wants. */
export interface ProviderRequest {
  /** Token of the resource or the function. */
  token: string;
  /** Reference to a provider, `urn::id`, or empty. */
  named: string;
  packageRef: string;
  version: string;
  downloadUrl: string;
}

interface Package {
  name: string;
  version: string;
  downloadUrl: string;
}

/**
 * Finds the provider of each resource as Pulumi's engine does: the one that it names, its component's, or a
 * default one for the package, which is a resource of the stack too.
 */
export class Providers {
  #options: ProvidersOptions;
  #packages = new Map<string, Package>();
  #ofComponents = new Map<string, ReadonlyMap<string, string>>();
  #defaults = new Map<string, Promise<void>>();

  constructor(options: ProvidersOptions) {
    this.#options = options;
  }

  /** @returns the reference by which resources name the package */
  addPackage(request: InstanceType<typeof resourcePb.RegisterPackageRequest>): string {
    const parameter = request.getParameterization();
    if (request.getName() === "") throw new Error("a package has no name");
    checkVersion(request.getVersion());
    checkVersion(parameter?.getVersion() ?? "");
    const added: Package = {
      name: parameter?.getName() ?? request.getName(),
      version: parameter?.getVersion() ?? request.getVersion(),
      downloadUrl: request.getDownloadUrl(),
    };
    const reference = randomUUID();
    this.#packages.set(reference, added);
    return reference;
  }

  /** @throws {Error} for a reference that was never given out */
  package(reference: string): Package | undefined {
    if (reference === "") return undefined;
    const found = this.#packages.get(reference);
    if (found === undefined) throw new Error(`unknown provider package '${reference}'`);
    return found;
  }

  /** The reference that a resource names itself, by its `providers`, or through its parent; empty if none. */
  explicit(resource: {
    token: string;
    named: string;
    providers: Iterable<[string, string]>;
    parent: string;
  }): string {
    if (resource.named !== "") return resource.named;
    const pkg = packageOf(resource.token);
    return new Map(resource.providers).get(pkg) ?? this.#ofComponents.get(resource.parent)?.get(pkg) ?? "";
  }

  /** Remembers the providers of a component for its children; what it does not set are its parent's. */
  addComponent(urn: string, providers: Iterable<[string, string]>, parent: string): void {
    this.#ofComponents.set(urn, new Map([...(this.#ofComponents.get(parent) ?? []), ...providers]));
  }

  /**
   * @returns the URN of the provider, once it is registered
   * @throws {Error} when the stack's configuration disables the default provider of the package, and for a
   * malformed version or a provider that is not there
   */
  async urn(request: ProviderRequest): Promise<string> {
    checkVersion(request.version);
    if (request.named !== "") {
      const named = request.named.split("::").slice(0, -1).join("::");
      if (!this.#options.has(named)) throw new Error(`unknown provider '${request.named}'`);
      return named;
    }
    const wanted = this.package(request.packageRef) ?? this.#wanted(request);
    const { project, stack } = this.#options;
    const type = `pulumi:providers:${wanted.name}`;
    const name = defaultProviderName(wanted.version, wanted.downloadUrl);
    const urn = makeUrn({ stack, project, type, name });
    const known = this.#defaults.get(urn);
    if (known === undefined && this.#isDisabled(wanted.name)) {
      throw new Error(
        `Default provider for '${wanted.name}' disabled. '${request.token}' must use an explicit provider.`,
      );
    }
    const registered =
      known ??
      this.#options.register(
        bareResource({ urn, type, name, custom: true, inputs: this.#defaultInputs(wanted) }),
      );
    this.#defaults.set(urn, registered);
    await registered;
    return urn;
  }

  /** What a request asks for; where it asks for no version, that of the installed package. */
  #wanted({ token, version, downloadUrl }: ProviderRequest): Package {
    const name = packageOf(token);
    const isBuiltIn = name === "pulumi" || name === dynamicPackage;
    if (version !== "" || isBuiltIn) {
      return { name, version, downloadUrl: version === "" ? downloadUrl : downloadUrl.replace(/\/$/, "") };
    }
    const installed = this.#options.installed(name);
    return {
      name,
      version: installed?.version ?? "",
      downloadUrl: downloadUrl || (installed?.downloadUrl ?? ""),
    };
  }

  /**
   * Inputs of a provider as the program declares it, with the version and address that its SDK asks for; where it asks
   * for neither, with those of the installed package, as a default provider has them.
   */
  inputsOf(
    type: string,
    properties: PropertyMap,
    asked: { version: string; downloadUrl: string; packageRef: string },
  ): PropertyMap {
    const name = providedPackage(type);
    if (name === undefined) return properties;
    checkVersion(asked.version);
    const isOpen = asked.version === "" && asked.downloadUrl === "";
    const given = this.package(asked.packageRef) ?? (isOpen ? this.#options.installed(name) : undefined);
    return withSource(properties, {
      name,
      version: given?.version || asked.version,
      downloadUrl: given?.downloadUrl || asked.downloadUrl,
    });
  }

  /** The configuration of the package's own namespace; the provider of dynamic resources gets all of it. */
  #defaultInputs(wanted: Package): PropertyMap {
    const inputs: PropertyMap = {};
    for (const [key, value] of this.#options.config) {
      const [namespace, property = ""] = key.split(":");
      const isDynamic = wanted.name === dynamicPackage;
      if (namespace !== wanted.name && !isDynamic) continue;
      inputs[isDynamic ? key : property] = this.#options.secretKeys.has(key) ? secret(value) : value;
    }
    return withSource(inputs, wanted);
  }

  #isDisabled(pkg: string): boolean {
    const list = this.#options.config.get("pulumi:disable-default-providers") ?? "";
    if (list === "" || pkg === "pulumi") return false;
    const disabled: unknown = JSON.parse(list);
    if (!Array.isArray(disabled)) throw new Error("pulumi:disable-default-providers is not a list");
    return disabled.some((name) => name === "*" || (typeof name === "string" && name.trim() === pkg));
  }
}

/** Resources that are written in the program itself belong to this package. */
export const dynamicPackage = "pulumi-nodejs";

/** Where a plugin comes from stands among its inputs, out of the sight of policies but for the version. */
function withSource(inputs: PropertyMap, { version, downloadUrl }: Package): PropertyMap {
  return {
    ...inputs,
    ...(version !== "" && { version }),
    ...(downloadUrl !== "" && { __internal: { pluginDownloadURL: downloadUrl } }),
  };
}
