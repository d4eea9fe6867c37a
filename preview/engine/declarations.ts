import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { parsePropertyPath } from "../../project/property-path.ts";
import type { Sources } from "../../project/sources.ts";
import { Aliases } from "./aliases.ts";
import type { Providers } from "./providers.ts";
import { isImportedByValue, reportedPlaces, secondsOf } from "./registration.ts";
import { bareResource, type PreviewResource } from "./resource.ts";
import { fromValue } from "./struct.ts";
import type { Registration } from "./transforms.ts";
import { checkUrn, isTypeToken, makeUrn, packageOf, providedPackage, typeOf } from "./urn.ts";
import { holdsMark, type PropertyMap } from "./values.ts";

type RegisterRequest = InstanceType<typeof resourcePb.RegisterResourceRequest>;
type ReadRequest = InstanceType<typeof resourcePb.ReadResourceRequest>;

export interface DeclarationsOptions {
  project: string;
  stack: string;
  /** Finds the files in which resources are declared. */
  sources: Sources;
  providers: Providers;
  /** Takes a warning about a resource. */
  warn: (message: string, urn: string) => void;
}

/** Makes resources of what a program asks for, and refuses what the engine would. */
export class Declarations {
  #options: DeclarationsOptions;
  #aliases = new Aliases();

  constructor(options: DeclarationsOptions) {
    this.#options = options;
  }

  /** @throws {Error} for what is no URN, version or duration where one must be */
  async registered(request: RegisterRequest, registration: Registration): Promise<PreviewResource> {
    const { properties, options, dependencies, propertyDependencies } = registration;
    const type = request.getType();
    const custom = request.getCustom();
    const parent = request.getParent();
    const asked = {
      packageRef: request.getPackageref(),
      version: options.getVersion(),
      downloadUrl: options.getPluginDownloadUrl(),
    };
    checkUrns(registration);
    checkPaths(options);
    const importId = options.getImport();
    const urn = this.#urn(type, request.getName(), parent);
    const resource = bareResource({
      urn,
      type,
      name: request.getName(),
      parent,
      custom,
      protect: options.getProtect() ?? false,
      inputs: this.#options.providers.inputsOf(type, properties, asked),
      outputs: {},
      provider:
        custom && providedPackage(type) === undefined
          ? await this.#options.providers.urn({ token: type, named: options.getProvider(), ...asked })
          : "",
      dependencies,
      propertyDependencies,
      olderUrns: this.#aliases.add(urn, parent, options.getAliasesList()),
      ignoreChanges: options.getIgnoreChangesList(),
      additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
      deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
      retainOnDelete: options.getRetainOnDelete() ?? false,
      replaceOnChanges: options.getReplaceOnChangesList(),
      deletedWith: options.getDeletedWith(),
      replaceWith: options.getReplaceWithList(),
      hideDiffs: options.getHideDiffList(),
      replacementTrigger: fromValue(options.getReplacementTrigger()),
      importId,
      timeouts: secondsOf(options.getCustomTimeouts()),
      source: this.#options.sources.first(reportedPlaces(request)),
    });
    const offered = providedPackage(typeOf(resource.provider));
    if (offered !== undefined && offered !== packageOf(type)) {
      this.#options.warn(
        `has a provider of ${offered}: whether that takes a ${type} is not known offline`,
        urn,
      );
    }
    if (importId !== "") {
      const shown = isImportedByValue(resource) ? "a value" : importId;
      this.#options.warn(
        `is to be imported as ${shown}: whether that exists and is as the program says is not known offline`,
        urn,
      );
    }
    return resource;
  }

  /** @throws {Error} for what is no URN or version where one must be, and without an id */
  async read(request: ReadRequest, inputs: PropertyMap): Promise<PreviewResource> {
    const type = request.getType();
    const parent = request.getParent();
    const id = request.getId();
    checkTypeToken(type);
    checkUrn(parent, "a parent");
    for (const urn of request.getDependenciesList()) checkUrn(urn, "a dependency", true);
    const urn = this.#urn(type, request.getName(), parent);
    if (id === "") throw new Error(`Expected an ID for ${urn}`);
    const isProvider = providedPackage(type) !== undefined;
    return bareResource({
      urn,
      type,
      name: request.getName(),
      parent,
      custom: true,
      id,
      external: true,
      inputs,
      provider: isProvider
        ? ""
        : await this.#options.providers.urn({
            token: type,
            named: request.getProvider(),
            packageRef: request.getPackageref(),
            version: request.getProvider() === "" ? request.getVersion() : "",
            downloadUrl: request.getPlugindownloadurl(),
          }),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      source: this.#options.sources.first(reportedPlaces(request)),
    });
  }

  #urn(type: string, name: string, parent: string): string {
    const { project, stack, warn } = this.#options;
    const urn = makeUrn({ stack, project, type, name, parent });
    if (holdsMark(name)) {
      warn("has a name that is made of what is not known offline: a deployment gives it another one", urn);
    }
    return urn;
  }
}

/** @throws {Error} for a type or function token that does not name its package */
export function checkTypeToken(type: string): void {
  if (!isTypeToken(type)) {
    throw new Error(`'${type}' is not the type of a custom resource, package:module:Name`);
  }
}

/** @throws {Error} where what must be a resource is no URN */
function checkUrns({ options, dependencies, propertyDependencies }: Registration): void {
  for (const alias of options.getAliasesList()) {
    if (alias.hasSpec()) checkUrn(alias.getSpec()?.getParenturn() ?? "", "the parent of an alias");
    else checkUrn(alias.getUrn(), "an alias", true);
  }
  for (const urn of dependencies) checkUrn(urn, "a dependency", true);
  for (const [property, urns] of propertyDependencies) {
    for (const urn of urns) checkUrn(urn, `a dependency of ${property}`, true);
  }
  checkUrn(options.getDeletedWith(), "deletedWith");
}

/** @throws {Error} where what must be the path of a property is none */
function checkPaths(options: Registration["options"]): void {
  for (const path of options.getHideDiffList()) {
    // In a list a star stands for all of its members.
    if (parsePropertyPath(path.replaceAll("[*]", "[0]")) === undefined) {
      throw new Error(`hideDiffs has ${JSON.stringify(path)}, which is not the path of a property`);
    }
  }
}
