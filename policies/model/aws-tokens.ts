import type { Token } from "../framework/index.ts";

/**
 * Type tokens of Amazon's resources, as `@pulumi/aws` names them. That package is as large as all others together, so
 * the pack does not have its types: properties are read by the names that its documentation gives.
 */
const token = (text: string): Token => text;

export const rds = {
  instance: token("aws:rds/instance:Instance"),
  cluster: token("aws:rds/cluster:Cluster"),
  clusterInstance: token("aws:rds/clusterInstance:ClusterInstance"),
  parameterGroup: token("aws:rds/parameterGroup:ParameterGroup"),
  clusterParameterGroup: token("aws:rds/clusterParameterGroup:ClusterParameterGroup"),
  proxy: token("aws:rds/proxy:Proxy"),
} as const;
