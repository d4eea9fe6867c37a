import * as pulumi from "@pulumi/pulumi";
import { declare, given } from "../declare.ts";
import { monitoring } from "./monitoring.ts";

// A shop at Amazon: pages by ECS behind a load balancer, the API by App Runner, each behind a distribution.

const zoneName = "shop.example";

class Provider extends pulumi.ProviderResource {}

export function platform() {
  const aws = new Provider("aws", "frankfurt", { region: "eu-central-1" });
  const inFrankfurt = { provider: aws };
  const zone = declare("aws:route53/zone:Zone", "zone", { name: zoneName }, inFrankfurt);
  declare(
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec",
    "dnssec",
    { hostedZoneId: given(zone) },
    inFrankfurt,
  );
  declare(
    "aws:route53/record:Record",
    "caa",
    { zoneId: given(zone), name: zoneName, type: "CAA", ttl: 300, records: ['0 issue "amazon.com"'] },
    inFrankfurt,
  );
  const database = databaseIn(inFrankfurt);
  const secrets = secretsOf(database, inFrankfurt);
  const acl = firewall(inFrankfurt);
  const headers = declare(
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    "headers",
    {
      securityHeadersConfig: {
        contentSecurityPolicy: {
          contentSecurityPolicy:
            "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: "DENY", override: true },
        referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: true },
        strictTransportSecurity: {
          accessControlMaxAgeSec: 63_072_000,
          includeSubdomains: true,
          preload: true,
          override: true,
        },
      },
      customHeadersConfig: {
        items: [
          { header: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()", override: true },
        ],
      },
    },
    inFrankfurt,
  );
  const edge = { zone, acl, headers, options: inFrankfurt };
  pages(secrets, edge);
  const api = declare(
    "aws:apprunner/service:Service",
    "api",
    {
      serviceName: "shop-api",
      sourceConfiguration: {
        autoDeploymentsEnabled: true,
        imageRepository: {
          imageIdentifier: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/api:live",
          imageRepositoryType: "ECR",
          imageConfiguration: {
            port: "8080",
            runtimeEnvironmentVariables: { ...plain, LOG_LEVEL: "info" },
            runtimeEnvironmentSecrets: Object.fromEntries(
              Object.entries(secrets).map(([name, secret]) => [name, given(secret)]),
            ),
          },
        },
      },
      healthCheckConfiguration: { protocol: "HTTP", path: "/health" },
    },
    inFrankfurt,
  );
  distribution("api", `api.${zoneName}`, api, edge);
  declare(
    "aws:lambda/function:Function",
    "thumbnails",
    {
      name: "thumbnails",
      runtime: "nodejs24.x",
      handler: "index.handler",
      environment: { variables: { NODE_ENV: "production" } },
    },
    inFrankfurt,
  );
  declare(
    "aws:cloudwatch/logGroup:LogGroup",
    "pages-logs",
    { name: "/shop/pages", retentionInDays: 90 },
    inFrankfurt,
  );
  backups(secrets, inFrankfurt);
  monitoring(zoneName, inFrankfurt);
  return outputs;
}

/** Each night a task copies the database into a bucket at another vendor. */
function backups(
  secrets: Readonly<Record<string, pulumi.CustomResource>>,
  options: pulumi.CustomResourceOptions,
) {
  const place = { accountId: "0123456789abcdef0123456789abcdef", bucketName: "shop-backups" };
  const days = (count: number) => count * 86_400;
  declare("cloudflare:index/r2Bucket:R2Bucket", "backups", {
    accountId: place.accountId,
    name: place.bucketName,
  });
  declare("cloudflare:index/r2BucketLifecycle:R2BucketLifecycle", "backups-expire", {
    ...place,
    rules: [
      {
        id: "old",
        enabled: true,
        conditions: { prefix: "" },
        deleteObjectsTransition: { condition: { type: "Age", maxAge: days(60) } },
      },
    ],
  });
  declare("cloudflare:index/r2BucketLock:R2BucketLock", "backups-lock", {
    ...place,
    rules: [{ id: "kept", enabled: true, prefix: "", condition: { type: "Age", maxAgeSeconds: days(30) } }],
  });
  const task = declare(
    "aws:ecs/taskDefinition:TaskDefinition",
    "backup-task",
    {
      family: "backup",
      containerDefinitions: JSON.stringify([
        {
          name: "backup",
          image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/pg-backup:2",
          environment: [
            { name: "BACKUP_BUCKET", value: place.bucketName },
            {
              name: "AGE_RECIPIENTS",
              value: "age1kfqr6cdcyw0hu26xe8ck5z6ku0llr82grc9yv6c2j6g2f4zsyy6qtmlm22",
            },
          ],
          secrets: [
            {
              name: "DATABASE_URL",
              valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/DATABASE_URL",
            },
          ],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/shop/backup" } },
        },
      ]),
    },
    { ...options, dependsOn: Object.values(secrets) },
  );
  declare(
    "aws:scheduler/schedule:Schedule",
    "nightly-backup",
    {
      scheduleExpression: "cron(15 2 * * ? *)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: "arn:aws:ecs:eu-central-1:123456789012:cluster/shop",
        ecsParameters: { taskDefinitionArn: given(task) },
      },
    },
    options,
  );
}

const plain = {
  NODE_ENV: "production",
  BASE_URL: `https://${zoneName}`,
  CORS_ORIGINS: `https://${zoneName}`,
  LOG_FORMAT: "json",
  PGSSLMODE: "verify-full",
};

const outputs = {
  contacts: Object.fromEntries(
    ["technicalLead", "devops", "databaseAdmin", "security"].map((who) => [
      who,
      `${who.toLowerCase()}@${zoneName}`,
    ]),
  ),
  objectives: { rtoMinutes: 60, rpoMinutes: 15 },
  dashboardUrl: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/shop",
  errorTrackingUrl: "https://shop.sentry.io/issues/",
  statusPageUrl: `https://status.${zoneName}`,
  healthCheckPath: "/health",
  loginPath: "/api/login",
};

function databaseIn(options: pulumi.CustomResourceOptions) {
  const password = declare("random:index/randomPassword:RandomPassword", "owner-password", { length: 40 });
  const parameters = declare(
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "parameters",
    { family: "aurora-postgresql16", parameters: [{ name: "rds.force_ssl", value: "1" }] },
    options,
  );
  const cluster = declare(
    "aws:rds/cluster:Cluster",
    "database",
    {
      engine: "aurora-postgresql",
      engineVersion: "16.6",
      databaseName: "shop",
      masterUsername: "shop_owner",
      masterPassword: pulumi.secret(given(password)),
      backupRetentionPeriod: 14,
      storageEncrypted: true,
      deletionProtection: true,
      dbClusterParameterGroupName: given(parameters),
    },
    options,
  );
  for (const index of [1, 2]) {
    declare(
      "aws:rds/clusterInstance:ClusterInstance",
      `database-${index}`,
      {
        clusterIdentifier: given(cluster),
        instanceClass: "db.r6g.large",
        engine: "aurora-postgresql",
        publiclyAccessible: false,
      },
      options,
    );
  }
  declare("aws:rds/proxy:Proxy", "database-proxy", { engineFamily: "POSTGRESQL", requireTls: true }, options);
  return cluster;
}

function secretsOf(cluster: pulumi.CustomResource, options: pulumi.CustomResourceOptions) {
  const generated = ["JWT_SECRET", "SECRET_KEY"].map((name) => {
    const value = declare(
      "random:index/randomPassword:RandomPassword",
      name.toLowerCase().replace("_", "-"),
      {
        length: 64,
        special: false,
      },
    );
    return [name, secret(name, given(value), options)] as const;
  });
  const url = pulumi.secret(
    pulumi.interpolate`postgresql://shop@${given(cluster)}:6543/shop?sslmode=verify-full`,
  );
  return Object.fromEntries([...generated, ["DATABASE_URL", secret("DATABASE_URL", url, options)] as const]);
}

function secret(name: string, value: pulumi.Input<string>, options: pulumi.CustomResourceOptions) {
  const own = declare(
    "aws:secretsmanager/secret:Secret",
    `secret-${name}`,
    { name: `shop/${name}` },
    options,
  );
  declare(
    "aws:secretsmanager/secretVersion:SecretVersion",
    `secret-${name}-version`,
    { secretId: given(own), secretString: pulumi.secret(value) },
    options,
  );
  return own;
}

interface Edge {
  readonly zone: pulumi.CustomResource;
  readonly acl: pulumi.CustomResource;
  readonly headers: pulumi.CustomResource;
  readonly options: pulumi.CustomResourceOptions;
}

function pages(secrets: Readonly<Record<string, pulumi.CustomResource>>, edge: Edge) {
  const { options } = edge;
  const balancer = declare(
    "aws:lb/loadBalancer:LoadBalancer",
    "balancer",
    { loadBalancerType: "application" },
    options,
  );
  const group = declare(
    "aws:lb/targetGroup:TargetGroup",
    "pages-group",
    { port: 3000, protocol: "HTTP", targetType: "ip", healthCheck: { path: "/health", matcher: "200" } },
    options,
  );
  declare(
    "aws:lb/listener:Listener",
    "https",
    {
      loadBalancerArn: given(balancer),
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: given(
        declare("aws:acm/certificate:Certificate", "origin", { domainName: `origin.${zoneName}` }, options),
      ),
      defaultActions: [{ type: "forward", targetGroupArn: given(group) }],
    },
    options,
  );
  const task = declare(
    "aws:ecs/taskDefinition:TaskDefinition",
    "pages-task",
    {
      family: "pages",
      cpu: "512",
      memory: "1024",
      // Written in the names of the secrets, so that it is known before they exist.
      containerDefinitions: JSON.stringify([
        {
          name: "pages",
          image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/pages:live",
          environment: Object.entries({ ...plain, LOG_LEVEL: "info" }).map(([name, value]) => ({
            name,
            value,
          })),
          secrets: Object.keys(secrets).map((name) => ({
            name,
            valueFrom: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/${name}`,
          })),
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/shop/pages" } },
        },
      ]),
    },
    { ...options, dependsOn: Object.values(secrets) },
  );
  const service = declare(
    "aws:ecs/service:Service",
    "pages",
    {
      name: "pages",
      taskDefinition: given(task),
      desiredCount: 2,
      loadBalancers: [{ targetGroupArn: given(group), containerName: "pages", containerPort: 3000 }],
    },
    options,
  );
  const target = declare(
    "aws:appautoscaling/target:Target",
    "pages-scaling",
    {
      minCapacity: 2,
      maxCapacity: 10,
      resourceId: "service/shop/pages",
      scalableDimension: "ecs:service:DesiredCount",
      serviceNamespace: "ecs",
    },
    { ...options, dependsOn: [service] },
  );
  declare(
    "aws:appautoscaling/policy:Policy",
    "pages-scaling-cpu",
    {
      policyType: "TargetTrackingScaling",
      resourceId: given(target),
      targetTrackingScalingPolicyConfiguration: { targetValue: 60 },
    },
    options,
  );
  distribution("pages", zoneName, balancer, edge);
}

function distribution(
  name: string,
  host: string,
  origin: pulumi.CustomResource,
  { zone, acl, headers, options }: Edge,
) {
  const behavior = {
    targetOriginId: name,
    viewerProtocolPolicy: "redirect-to-https",
    compress: true,
    responseHeadersPolicyId: given(headers),
  };
  const certificate = declare(
    "aws:acm/certificate:Certificate",
    `${name}-certificate`,
    { domainName: host },
    options,
  );
  const own = declare(
    "aws:cloudfront/distribution:Distribution",
    `${name}-edge`,
    {
      enabled: true,
      aliases: [host],
      httpVersion: "http2and3",
      webAclId: given(acl),
      origins: [
        {
          originId: name,
          domainName: given(origin),
          customOriginConfig: {
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            httpPort: 80,
            httpsPort: 443,
          },
        },
      ],
      defaultCacheBehavior: { ...behavior, cachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" },
      orderedCacheBehaviors: [
        {
          ...behavior,
          pathPattern: "/_next/static/*",
          cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
      ],
      viewerCertificate: {
        acmCertificateArn: given(certificate),
        minimumProtocolVersion: "TLSv1.2_2021",
        sslSupportMethod: "sni-only",
      },
    },
    options,
  );
  declare(
    "aws:route53/record:Record",
    `${name}-record`,
    {
      zoneId: given(zone),
      name: host,
      type: "A",
      aliases: [{ name: given(own), zoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false }],
    },
    options,
  );
}

/** Amazon's rule groups against injection, and limits by address. */
function firewall(options: pulumi.CustomResourceOptions) {
  const managed = (name: string, priority: number) => ({
    name,
    priority,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { name, vendorName: "AWS" } },
  });
  const path = (searchString: string) => ({
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: "STARTS_WITH",
      searchString,
      textTransformations: [{ priority: 0, type: "LOWERCASE" }],
    },
  });
  const limit = (name: string, priority: number, most: number, scope: object) => ({
    name,
    priority,
    action: { block: {} },
    statement: {
      rateBasedStatement: { limit: most, evaluationWindowSec: 60, aggregateKeyType: "IP", ...scope },
    },
  });
  return declare(
    "aws:wafv2/webAcl:WebAcl",
    "firewall",
    {
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      rules: [
        limit("login", 1, 10, { scopeDownStatement: path("/api/login") }),
        limit("all", 2, 600, {}),
        managed("AWSManagedRulesCommonRuleSet", 3),
        managed("AWSManagedRulesSQLiRuleSet", 4),
      ],
    },
    options,
  );
}
