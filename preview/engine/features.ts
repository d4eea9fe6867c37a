import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";

/** What a program asks for before anything else: where it runs, with which settings, and what it may use. */
export function deploymentInfo(deployment: {
  project: string;
  stack: string;
  organization: string;
  config: ReadonlyMap<string, string>;
  secretKeys: ReadonlySet<string>;
}): InstanceType<typeof resourcePb.DeploymentInfo> {
  const info = new resourcePb.DeploymentInfo();
  info.setProject(deployment.project);
  info.setStack(deployment.stack);
  info.setOrganization(deployment.organization);
  for (const [key, value] of deployment.config) info.getConfigMap().set(key, value);
  info.setConfigsecretkeysList([...deployment.secretKeys]);
  info.setDryrun(true);
  info.setParallel(parallel);
  info.setSupportedfeaturesList([...features]);
  return info;
}

/** As many as the engine runs at once by default, so that the program offers them as it would there. */
const parallel = 16;

const feature = resourcePb.ResourceMonitorFeature;

/** What the monitor can do that not every engine could from the start. */
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
export const legacyFeatures: ReadonlySet<string> = new Set([
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
