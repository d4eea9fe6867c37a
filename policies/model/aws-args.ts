// What the pack reads of Amazon's resources, as the documentation of `@pulumi/aws` has them. A read says by itself
// whether there is a value, so what may be absent is not marked here.

export interface ProviderArgs {
  region: string;
}

/** Where a resource runs, of those that say it. */
export interface Placed {
  region: string;
  availabilityZone: string;
}

export interface EcsServiceArgs {
  name: string;
  taskDefinition: string;
  desiredCount: number;
  loadBalancers: { containerName: string; targetGroupArn: string }[];
}

export interface TaskDefinitionArgs {
  family: string;
  /** A JSON document: see {@link Container}. */
  containerDefinitions: string;
}

export interface Container {
  name: string;
  image: string;
  essential: boolean;
  entryPoint: string[];
  command: string[];
  environment: { name: string; value: string }[];
  environmentFiles: object[];
  secrets: { name: string; valueFrom: string }[];
  logConfiguration: { logDriver: string };
}

export interface AppRunnerServiceArgs {
  serviceName: string;
  autoScalingConfigurationArn: string;
  healthCheckConfiguration: { protocol: string; path: string };
  networkConfiguration: { ingressConfiguration: { isPubliclyAccessible: boolean } };
  sourceConfiguration: {
    imageRepository: { imageConfiguration: RunnerConfiguration };
    codeRepository: {
      repositoryUrl: string;
      sourceCodeVersion: { value: string };
      codeConfiguration: { codeConfigurationValues: RunnerConfiguration };
    };
  };
}

/** How App Runner runs an image, or builds and runs code. */
interface RunnerConfiguration {
  startCommand: string;
  /** Of code. */
  buildCommand: string;
  runtimeEnvironmentVariables: Record<string, string>;
  runtimeEnvironmentSecrets: Record<string, string>;
}

export interface AppRunnerScalingArgs {
  minSize: number;
  maxSize: number;
}

export interface AppRunnerDomainArgs {
  domainName: string;
  serviceArn: string;
}

export interface FunctionArgs {
  name: string;
  environment: { variables: Record<string, string> };
}

export interface FunctionUrlArgs {
  functionName: string;
  cors: { allowOrigins: string[] };
}

export interface PermissionArgs {
  function: string;
  principal: string;
}

export interface ScalingTargetArgs {
  resourceId: string;
  minCapacity: number;
  maxCapacity: number;
  suspendedState: { dynamicScalingOutSuspended: boolean };
}

export interface ScalingPolicyArgs {
  resourceId: string;
}

export interface BalancerArgs {
  internal: boolean;
  loadBalancerType: string;
  enableHttp2: boolean;
}

export interface ListenerArgs {
  loadBalancerArn: string;
  protocol: string;
  sslPolicy: string;
  certificateArn: string;
  defaultActions: { type: string; redirect: { protocol: string } }[];
}

export interface ListenerRuleArgs {
  listenerArn: string;
  actions: { fixedResponse: { statusCode: string } }[];
}

export interface TargetGroupArgs {
  healthCheck: { enabled: boolean; path: string; matcher: string };
}

export interface CertificateArgs {
  domainName: string;
  subjectAlternativeNames: string[];
}

export interface DistributionArgs {
  enabled: boolean;
  aliases: string[];
  httpVersion: string;
  webAclId: string;
  origins: { customOriginConfig: { originProtocolPolicy: string } }[];
  defaultCacheBehavior: CacheBehavior;
  orderedCacheBehaviors: CacheBehavior[];
  viewerCertificate: {
    acmCertificateArn: string;
    iamCertificateId: string;
    minimumProtocolVersion: string;
  };
}

export interface CacheBehavior {
  /** Of all but the default. */
  pathPattern: string;
  viewerProtocolPolicy: string;
  cachePolicyId: string;
  responseHeadersPolicyId: string;
  minTtl: number;
  compress: boolean;
  functionAssociations: { eventType: string }[];
  lambdaFunctionAssociations: { eventType: string }[];
}

export interface HeadersPolicyArgs {
  corsConfig: { accessControlAllowOrigins: { items: string[] } };
  customHeadersConfig: { items: { header: string; value: string; override: boolean }[] };
  removeHeadersConfig: { items: { header: string }[] };
  securityHeadersConfig: {
    contentSecurityPolicy: { contentSecurityPolicy: string; override: boolean };
    contentTypeOptions: { override: boolean };
    frameOptions: { frameOption: string; override: boolean };
    referrerPolicy: { referrerPolicy: string; override: boolean };
    strictTransportSecurity: {
      accessControlMaxAgeSec: number;
      includeSubdomains: boolean;
      preload: boolean;
      override: boolean;
    };
  };
}

export interface CachePolicyArgs {
  maxTtl: number;
}

export interface ApiArgs {
  corsConfiguration: { allowOrigins: string[] };
}

export interface BucketCorsArgs {
  corsRules: { allowedOrigins: string[] }[];
}

export interface WebAclArgs {
  scope: string;
  rules: AclRule[];
}

export interface AclRule {
  name: string;
  priority: number;
  action: Record<"allow" | "block" | "captcha" | "challenge" | "count", object>;
  overrideAction: { count: object };
  statement: Statement;
}

/** A statement of a rule: exactly one of these. */
export interface Statement {
  managedRuleGroupStatement: ManagedGroup;
  rateBasedStatement: RateBased;
  byteMatchStatement: Match;
  regexMatchStatement: Match;
  andStatement: { statements: Statement[] };
  orStatement: { statements: Statement[] };
  notStatement: { statements: Statement[] };
}

export interface ManagedGroup {
  name: string;
  scopeDownStatement: Statement;
  excludedRules: { name: string }[];
  ruleActionOverrides: { name: string; actionToUse: { allow: object; count: object } }[];
}

export interface RateBased {
  limit: number;
  evaluationWindowSec: number;
  aggregateKeyType: string;
  scopeDownStatement: Statement;
}

export interface Match {
  /** Of a match of bytes. */
  searchString: string;
  positionalConstraint: string;
  /** Of a match of a pattern. */
  regexString: string;
  fieldToMatch: { method: object; uriPath: object; singleHeader: { name: string } };
  textTransformations: { type: string }[];
}

export interface AclAssociationArgs {
  resourceArn: string;
  webAclArn: string;
}

/** A database of its own, or a cluster of Aurora's, each of which lacks some of these. */
export interface DatabaseArgs {
  engine: string;
  engineVersion: string;
  deletionProtection: boolean;
  backupRetentionPeriod: number;
  storageEncrypted: boolean;
  publiclyAccessible: boolean;
  parameterGroupName: string;
  /** Of a cluster. */
  dbClusterParameterGroupName: string;
  /** Of an instance of a cluster. */
  clusterIdentifier: string;
}

export interface ParameterGroupArgs {
  parameters: { name: string; value: string }[];
}

export interface ProxyArgs {
  engineFamily: string;
  requireTls: boolean;
}

export interface SecretArgs {
  name: string;
}

export interface SecretVersionArgs {
  secretId: string;
  secretString: string;
  secretStringWo: string;
}

export interface SecretPolicyArgs {
  /** A JSON document: see {@link AccessPolicy}. */
  policy: string;
}

export interface AccessPolicy {
  Statement: AccessStatement[];
}

export interface AccessStatement {
  Effect: string;
  Principal: string | { AWS: string | string[] };
  Condition: object;
}

export interface ParameterArgs {
  name: string;
  value: string;
  valueWo: string;
}

export interface HostedZoneArgs {
  name: string;
}

export interface RecordArgs {
  zoneId: string;
  name: string;
  type: string;
  records: string[];
  aliases: { name: string }[];
}

export interface HealthCheckArgs {
  type: string;
  fqdn: string;
  resourcePath: string;
  regions: string[];
  disabled: boolean;
  invertHealthcheck: boolean;
}

export interface DnssecArgs {
  hostedZoneId: string;
  signingStatus: string;
}

export interface DashboardArgs {
  dashboardBody: string;
}

/** Which figure of CloudWatch's. */
export interface MetricArgs {
  namespace: string;
  metricName: string;
  period: number;
}

export interface AlarmArgs extends MetricArgs {
  name: string;
  alarmDescription: string;
  alarmActions: string[];
  actionsEnabled: boolean;
  comparisonOperator: string;
  threshold: number;
  statistic: string;
  extendedStatistic: string;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  treatMissingData: string;
  metricQueries: MetricQuery[];
  tags: { severity: string };
}

export interface MetricQuery {
  id: string;
  expression: string;
  returnData: boolean;
  metric: MetricArgs;
}

/** A schedule of EventBridge's scheduler, or a rule, each of which lacks some of these. */
export interface ScheduleArgs {
  name: string;
  scheduleExpression: string;
  state: string;
  /** Of a rule. */
  isEnabled: boolean;
  /** Of a schedule, as all that follow. */
  startDate: string;
  endDate: string;
  target: { input: string };
}

export interface RuleTargetArgs {
  rule: string;
  /** A JSON document: see {@link TaskInput}. */
  input: string;
}

/** What a schedule starts a task of ECS with. */
export interface TaskInput {
  containerOverrides: { command: string[] }[];
}

export interface SubscriptionArgs {
  topic: string;
  protocol: string;
  endpoint: string;
  /** A JSON document: lists of texts by attribute. */
  filterPolicy: string;
  filterPolicyScope: string;
}
