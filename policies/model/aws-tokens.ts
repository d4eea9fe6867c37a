import type { Token } from "../framework/index.ts";

/**
 * Type tokens of Amazon's resources, as `@pulumi/aws` names them. That package is as large as all others together, so
 * the pack does not have its types: properties are read by the names that its documentation gives.
 */
const token = (text: string): Token => text;

export const awsProvider = token("pulumi:providers:aws");

export const ecs = {
  service: token("aws:ecs/service:Service"),
  taskDefinition: token("aws:ecs/taskDefinition:TaskDefinition"),
} as const;

export const appRunner = {
  service: token("aws:apprunner/service:Service"),
  scaling: token("aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion"),
  customDomain: token("aws:apprunner/customDomainAssociation:CustomDomainAssociation"),
} as const;

export const lambda = {
  function: token("aws:lambda/function:Function"),
  url: token("aws:lambda/functionUrl:FunctionUrl"),
  permission: token("aws:lambda/permission:Permission"),
} as const;

export const scaling = {
  target: token("aws:appautoscaling/target:Target"),
  policy: token("aws:appautoscaling/policy:Policy"),
} as const;

export const balancing = {
  balancer: [token("aws:lb/loadBalancer:LoadBalancer"), token("aws:alb/loadBalancer:LoadBalancer")],
  listener: [token("aws:lb/listener:Listener"), token("aws:alb/listener:Listener")],
  rule: [token("aws:lb/listenerRule:ListenerRule"), token("aws:alb/listenerRule:ListenerRule")],
  targetGroup: [token("aws:lb/targetGroup:TargetGroup"), token("aws:alb/targetGroup:TargetGroup")],
} as const;

export const acm = { certificate: token("aws:acm/certificate:Certificate") } as const;

export const cloudFront = {
  distribution: token("aws:cloudfront/distribution:Distribution"),
  headers: token("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"),
  cachePolicy: token("aws:cloudfront/cachePolicy:CachePolicy"),
} as const;

/** What answers other origins by a list of its own. */
export const cors = {
  api: token("aws:apigatewayv2/api:Api"),
  bucket: token("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"),
  bucketV2: token("aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2"),
} as const;

export const waf = {
  acl: token("aws:wafv2/webAcl:WebAcl"),
  association: token("aws:wafv2/webAclAssociation:WebAclAssociation"),
} as const;

export const rds = {
  instance: token("aws:rds/instance:Instance"),
  cluster: token("aws:rds/cluster:Cluster"),
  clusterInstance: token("aws:rds/clusterInstance:ClusterInstance"),
  parameterGroup: token("aws:rds/parameterGroup:ParameterGroup"),
  clusterParameterGroup: token("aws:rds/clusterParameterGroup:ClusterParameterGroup"),
  proxy: token("aws:rds/proxy:Proxy"),
} as const;

export const secretStores = {
  secret: token("aws:secretsmanager/secret:Secret"),
  version: token("aws:secretsmanager/secretVersion:SecretVersion"),
  policy: token("aws:secretsmanager/secretPolicy:SecretPolicy"),
  parameter: token("aws:ssm/parameter:Parameter"),
} as const;

export const route53 = {
  zone: token("aws:route53/zone:Zone"),
  record: token("aws:route53/record:Record"),
  healthCheck: token("aws:route53/healthCheck:HealthCheck"),
  dnssec: token("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"),
} as const;

export const cloudWatch = {
  logGroup: token("aws:cloudwatch/logGroup:LogGroup"),
  dashboard: token("aws:cloudwatch/dashboard:Dashboard"),
  alarm: token("aws:cloudwatch/metricAlarm:MetricAlarm"),
} as const;

export const scheduling = {
  schedule: token("aws:scheduler/schedule:Schedule"),
  rule: token("aws:cloudwatch/eventRule:EventRule"),
  target: token("aws:cloudwatch/eventTarget:EventTarget"),
} as const;

export const sns = {
  topic: token("aws:sns/topic:Topic"),
  subscription: token("aws:sns/topicSubscription:TopicSubscription"),
} as const;
