import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import { isElsewhere } from "../../checklist/wire.ts";
import type { PreviewResource } from "../engine/resource.ts";
import { toStruct } from "../engine/struct.ts";
import { forAnalysis, type PropertyMap } from "../engine/values.ts";
import { type EnforcementLevel, levelFrom } from "./pack-config.ts";

/** What a policy said of a resource or of the stack. */
export interface Diagnostic {
  policy: string;
  message: string;
  level: EnforcementLevel;
  /** The resource it is about; empty for the stack as a whole. */
  urn: string;
}

export interface Analysis {
  diagnostics: Diagnostic[];
  /** Policies that said they do not apply. */
  notApplicable: string[];
  /** Those of them that said that others judge it, and why. */
  elsewhere: { policy: string; reason: string }[];
}

/** Providers by URN, as a policy sees the one of each resource. */
export type Providers = ReadonlyMap<string, PreviewResource>;

/** What a policy is given of one resource. */
export function analyzeRequest(
  resource: PreviewResource,
  providers: Providers,
  properties: PropertyMap,
): InstanceType<typeof analyzerPb.AnalyzeRequest> {
  const request = new analyzerPb.AnalyzeRequest();
  request.setUrn(resource.urn);
  request.setType(resource.type);
  request.setName(resource.name);
  request.setProperties(toStruct(properties));
  request.setOptions(resourceOptions(resource));
  request.setProvider(providerOf(resource, providers));
  return request;
}

/** What a stack policy is given of each resource. */
export function stackResource(
  resource: PreviewResource,
  providers: Providers,
): InstanceType<typeof analyzerPb.AnalyzerResource> {
  const message = new analyzerPb.AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(toStruct(forAnalysis(resource.outputs)));
  message.setOptions(resourceOptions(resource));
  message.setProvider(providerOf(resource, providers));
  message.setParent(resource.parent);
  message.setDependenciesList(resource.dependencies);
  for (const [property, urns] of resource.propertyDependencies) {
    if (urns.length === 0) continue;
    const dependencies = new analyzerPb.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(urns);
    message.getPropertydependenciesMap().set(property, dependencies);
  }
  return message;
}

function resourceOptions(resource: PreviewResource): InstanceType<typeof analyzerPb.AnalyzerResourceOptions> {
  const options = new analyzerPb.AnalyzerResourceOptions();
  options.setProtect(resource.protect);
  options.setIgnorechangesList(resource.ignoreChanges);
  options.setAliasesList(resource.aliases);
  options.setAdditionalsecretoutputsList(resource.additionalSecretOutputs);
  options.setDeletebeforereplacedefined(resource.deleteBeforeReplace !== undefined);
  options.setDeletebeforereplace(resource.deleteBeforeReplace ?? false);
  options.setParent(resource.parent);
  const timeouts = new analyzerPb.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(resource.timeouts.create);
  timeouts.setUpdate(resource.timeouts.update);
  timeouts.setDelete(resource.timeouts.delete);
  options.setCustomtimeouts(timeouts);
  return options;
}

function providerOf(
  resource: PreviewResource,
  providers: Providers,
): InstanceType<typeof analyzerPb.AnalyzerProviderResource> | undefined {
  const provider = providers.get(resource.provider);
  if (provider === undefined) return undefined;
  const message = new analyzerPb.AnalyzerProviderResource();
  message.setUrn(provider.urn);
  message.setType(provider.type);
  message.setName(provider.name);
  message.setProperties(toStruct(forAnalysis(provider.inputs)));
  return message;
}

export function readAnalysis(response: InstanceType<typeof analyzerPb.AnalyzeResponse>): Analysis {
  return {
    diagnostics: response.getDiagnosticsList().map((diagnostic) => ({
      policy: diagnostic.getPolicyname(),
      message: diagnostic.getMessage(),
      level: levelFrom(diagnostic.getEnforcementlevel()) ?? "advisory",
      urn: diagnostic.getUrn(),
    })),
    notApplicable: response.getNotApplicableList().map((policy) => policy.getPolicyName()),
    elsewhere: response.getNotApplicableList().flatMap((policy) => {
      const reason = policy.getReason();
      return isElsewhere(reason) ? [{ policy: policy.getPolicyName(), reason }] : [];
    }),
  };
}
