import type { Token } from "../framework/index.ts";
import type * as args from "./aws-args.ts";

/**
 * Type tokens of Amazon's resources, as `@pulumi/aws` names them. That package is as large as all others together, so
 * the pack does not have its types, and has those of what it reads in `aws-args.ts`.
 */
const token = <Properties>(text: string): Token<Properties> => text;

export const awsProvider = token<args.ProviderArgs>("pulumi:providers:aws");

export const ecs = {
  service: token<args.EcsServiceArgs>("aws:ecs/service:Service"),
  taskDefinition: token<args.TaskDefinitionArgs>("aws:ecs/taskDefinition:TaskDefinition"),
} as const;

export const appRunner = {
  service: token<args.AppRunnerServiceArgs>("aws:apprunner/service:Service"),
  scaling: token<args.AppRunnerScalingArgs>(
    "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion",
  ),
  customDomain: token<args.AppRunnerDomainArgs>(
    "aws:apprunner/customDomainAssociation:CustomDomainAssociation",
  ),
} as const;

export const lambda = {
  function: token<args.FunctionArgs>("aws:lambda/function:Function"),
  url: token<args.FunctionUrlArgs>("aws:lambda/functionUrl:FunctionUrl"),
  permission: token<args.PermissionArgs>("aws:lambda/permission:Permission"),
} as const;

export const scaling = {
  target: token<args.ScalingTargetArgs>("aws:appautoscaling/target:Target"),
  policy: token<args.ScalingPolicyArgs>("aws:appautoscaling/policy:Policy"),
} as const;

export const balancing = {
  balancer: [
    token<args.BalancerArgs>("aws:lb/loadBalancer:LoadBalancer"),
    token<args.BalancerArgs>("aws:alb/loadBalancer:LoadBalancer"),
  ],
  listener: [
    token<args.ListenerArgs>("aws:lb/listener:Listener"),
    token<args.ListenerArgs>("aws:alb/listener:Listener"),
  ],
  rule: [
    token<args.ListenerRuleArgs>("aws:lb/listenerRule:ListenerRule"),
    token<args.ListenerRuleArgs>("aws:alb/listenerRule:ListenerRule"),
  ],
  targetGroup: [
    token<args.TargetGroupArgs>("aws:lb/targetGroup:TargetGroup"),
    token<args.TargetGroupArgs>("aws:alb/targetGroup:TargetGroup"),
  ],
} as const;

export const acm = { certificate: token<args.CertificateArgs>("aws:acm/certificate:Certificate") } as const;

export const cloudFront = {
  distribution: token<args.DistributionArgs>("aws:cloudfront/distribution:Distribution"),
  headers: token<args.HeadersPolicyArgs>("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"),
  cachePolicy: token<args.CachePolicyArgs>("aws:cloudfront/cachePolicy:CachePolicy"),
} as const;

/** What answers other origins by a list of its own. */
export const cors = {
  api: token<args.ApiArgs>("aws:apigatewayv2/api:Api"),
  bucket: token<args.BucketCorsArgs>("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"),
  bucketV2: token<args.BucketCorsArgs>("aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2"),
} as const;

export const waf = {
  acl: token<args.WebAclArgs>("aws:wafv2/webAcl:WebAcl"),
  association: token<args.AclAssociationArgs>("aws:wafv2/webAclAssociation:WebAclAssociation"),
} as const;

export const rds = {
  instance: token<args.DatabaseArgs>("aws:rds/instance:Instance"),
  cluster: token<args.DatabaseArgs>("aws:rds/cluster:Cluster"),
  clusterInstance: token<args.DatabaseArgs>("aws:rds/clusterInstance:ClusterInstance"),
  parameterGroup: token<args.ParameterGroupArgs>("aws:rds/parameterGroup:ParameterGroup"),
  clusterParameterGroup: token<args.ParameterGroupArgs>(
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  ),
  proxy: token<args.ProxyArgs>("aws:rds/proxy:Proxy"),
} as const;

export const secretStores = {
  secret: token<args.SecretArgs>("aws:secretsmanager/secret:Secret"),
  version: token<args.SecretVersionArgs>("aws:secretsmanager/secretVersion:SecretVersion"),
  policy: token<args.SecretPolicyArgs>("aws:secretsmanager/secretPolicy:SecretPolicy"),
  parameter: token<args.ParameterArgs>("aws:ssm/parameter:Parameter"),
} as const;

export const route53 = {
  zone: token<args.HostedZoneArgs>("aws:route53/zone:Zone"),
  record: token<args.RecordArgs>("aws:route53/record:Record"),
  healthCheck: token<args.HealthCheckArgs>("aws:route53/healthCheck:HealthCheck"),
  dnssec: token<args.DnssecArgs>("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"),
} as const;

export const cloudWatch = {
  logGroup: token<object>("aws:cloudwatch/logGroup:LogGroup"),
  dashboard: token<args.DashboardArgs>("aws:cloudwatch/dashboard:Dashboard"),
  alarm: token<args.AlarmArgs>("aws:cloudwatch/metricAlarm:MetricAlarm"),
} as const;

export const scheduling = {
  schedule: token<args.ScheduleArgs>("aws:scheduler/schedule:Schedule"),
  rule: token<args.ScheduleArgs>("aws:cloudwatch/eventRule:EventRule"),
  target: token<args.RuleTargetArgs>("aws:cloudwatch/eventTarget:EventTarget"),
} as const;

export const sns = {
  topic: token<object>("aws:sns/topic:Topic"),
  subscription: token<args.SubscriptionArgs>("aws:sns/topicSubscription:TopicSubscription"),
} as const;
