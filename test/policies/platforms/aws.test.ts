import { beforeAll, describe, expect, test } from "vitest";
import { add, all, append, type Edit, leading, objecting, set } from "../../recording/edited.ts";
import type { RecordedStack } from "../../recording/stacks.ts";
import { platform } from "./aws/program.ts";
import { mapped, newlyObjecting, recordSample, without } from "./judged.ts";

let sample: RecordedStack;

beforeAll(async () => {
  sample = await recordSample("shop", platform);
}, 60_000);

/** What the sample does not have, and so is told. */
const missing: Readonly<Record<string, string>> = {
  "alert-backup-overdue": "no alarm is on the age of the newest backup",
  "alert-error-budget": "CloudWatch has one window in an alarm, and no composite of two is declared",
  "error-tracking-error-rate": "nothing tracks errors",
  "error-tracking-incidents-page": "nothing tracks errors",
  "error-tracking-issue-alert": "nothing tracks errors",
  "error-tracking-key": "nothing tracks errors",
  "error-tracking-monitors-routed": "nothing tracks errors",
  "error-tracking-origins": "nothing tracks errors",
  "error-tracking-project": "nothing tracks errors",
  "sentry-dsn-wired": "nothing tracks errors",
};

test("is told what it does not have, and nothing else", () => {
  expect(objecting(sample).toSorted()).toEqual(Object.keys(missing).toSorted());
});

const edge = (change: (inputs: Record<string, unknown>) => object): Edit =>
  set("pages-edge", (inputs) => ({ ...change(Object(inputs)) }));
const behavior = (change: object): Edit =>
  edge(({ defaultCacheBehavior }) => ({
    defaultCacheBehavior: { ...Object(defaultCacheBehavior), ...change },
  }));
const rules = (change: (rule: Record<string, unknown>) => object): Edit =>
  set("firewall", (inputs) => ({ rules: mapped(inputs.rules, change) }));
const rule = (name: string, change: (rule: Record<string, unknown>) => object): Edit =>
  rules((own) => (own.name === name ? { ...own, ...change(own) } : own));
const security = (change: object): Edit =>
  set("headers", ({ securityHeadersConfig }) => ({
    securityHeadersConfig: { ...Object(securityHeadersConfig), ...change },
  }));
const runner = (variables: Record<string, string>): Edit =>
  set("api", ({ sourceConfiguration }) => {
    const { imageRepository, ...rest } = Object(sourceConfiguration);
    const { imageConfiguration, ...image } = imageRepository;
    return {
      sourceConfiguration: {
        ...rest,
        imageRepository: {
          ...image,
          imageConfiguration: {
            ...imageConfiguration,
            runtimeEnvironmentVariables: { ...imageConfiguration.runtimeEnvironmentVariables, ...variables },
          },
        },
      },
    };
  });
const container = (change: (definition: Record<string, unknown>) => object, task = "pages-task"): Edit =>
  set(task, ({ containerDefinitions }) => ({
    containerDefinitions: JSON.stringify(mapped(JSON.parse(String(containerDefinitions)), change)),
  }));
/** The references of the containers' secrets, by the names of their variables. */
const references = (address: (name: string) => string, task = "pages-task"): Edit =>
  container(
    ({ secrets, ...rest }) => ({
      ...rest,
      secrets: mapped(secrets, (it) => ({ ...it, valueFrom: address(String(it.name)) })),
    }),
    task,
  );
const region = "eu-central-1:123456789012";
/** What the versions of the secrets hold, in parameters of the Systems Manager. */
const inParameters: Edit = (stack) => {
  const versions = stack.resources.filter(({ type }) => type.endsWith(":SecretVersion"));
  const parameters = versions.map((version) => {
    const name = `/shop/${version.name.replace(/^secret-|-version$/g, "")}`;
    const inputs = { name, type: "SecureString", value: version.inputs.secretString };
    const [, secret] = version.urn.split("aws:secretsmanager");
    return {
      ...version,
      type: "aws:ssm/parameter:Parameter",
      urn: `urn:parameter::${secret}`,
      inputs,
      outputs: inputs,
      secretPaths: [["value"]],
      propertyDependencies: { value: version.propertyDependencies.secretString ?? [] },
    };
  });
  return { ...stack, resources: [...stack.resources, ...parameters] };
};
/** All of them in one document, of which each container is given its keys. */
const inOneDocument: Edit = (stack) => {
  const secrets = stack.resources.filter(({ type }) => /:Secret(?:Version)?$/.test(type));
  const [first, ...others] = secrets.filter(({ type }) => type.endsWith(":Secret"));
  const [version, ...versions] = secrets.filter(({ type }) => type.endsWith(":SecretVersion"));
  const made = [version, ...versions].flatMap((one) => one?.propertyDependencies.secretString ?? []);
  const inputs = { name: "shop/app" };
  return {
    ...stack,
    resources: stack.resources
      .filter((resource) => !others.includes(resource) && !versions.includes(resource))
      .map((resource) =>
        resource === first
          ? { ...resource, name: "secret-app", inputs, outputs: inputs }
          : resource === version
            ? {
                ...resource,
                dependencies: [...resource.dependencies, ...made],
                propertyDependencies: { secretId: [first?.urn ?? ""], secretString: made },
              }
            : resource,
      ),
  };
};
const madeUp = { name: "PAYMENTS", value: "q8Zt2LmW9xRk4VbN7cYpQ2wE4rT6yU8i" };
const filtered = (filter: object, filterPolicyScope?: string): Edit =>
  set("pages-https", () => ({
    filterPolicy: JSON.stringify(filter),
    ...(filterPolicyScope !== undefined && { filterPolicyScope }),
  }));
const hold = (filters: readonly object[]): Edit =>
  add("opsgenie:index/notificationPolicy:NotificationPolicy", "quiet", {
    name: "quiet",
    enabled: true,
    suppress: true,
    filters,
  });
const withoutVariable = (name: string): Edit =>
  container((definition) => ({
    ...definition,
    environment: mapped(definition.environment, (it) => it).filter((it) => Object(it).name !== name),
  }));

/** Leaves out a property, and what it was made from. */
const omitted = (name: string, property: string): Edit =>
  all(
    set(name, () => ({ [property]: undefined })),
    leading(name, property, "nothing"),
  );

/** The alarm on errors by another formula, over five minutes. */
const formula = (expression: string, ...errors: readonly string[]): Edit =>
  set("errors", () => ({
    metricQueries: [
      ...[...errors, "RequestCount"].map((metricName, place) => ({
        id: metricName === "RequestCount" ? "requests" : `e${place + 1}`,
        metric: { namespace: "AWS/ApplicationELB", metricName, period: 300, stat: "Sum" },
      })),
      { id: "share", expression, returnData: true },
    ],
  }));
const targets = "HTTPCode_Target_5XX_Count";
const unhealthy = (threshold: number): Edit =>
  set("down", () => ({
    metricName: "UnHealthyHostCount",
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    statistic: "Maximum",
    threshold,
  }));
const loginBy = (regexString: string): Edit =>
  rule("login", (own) => ({
    statement: {
      rateBasedStatement: {
        ...Object(Object(own.statement).rateBasedStatement),
        scopeDownStatement: {
          regexMatchStatement: {
            fieldToMatch: { uriPath: {} },
            regexString,
            textTransformations: [{ priority: 0, type: "LOWERCASE" }],
          },
        },
      },
    },
  }));
const office = (priority: number): Edit =>
  append("firewall", "rules", {
    name: "office",
    priority,
    action: { allow: {} },
    statement: {
      ipSetReferenceStatement: { arn: "arn:aws:wafv2:us-east-1:123456789012:global/ipset/office/1" },
    },
  });

const listener = (inputs: object): Edit =>
  add(
    "aws:lb/listener:Listener",
    "plain",
    { port: 80, protocol: "HTTP", ...inputs },
    { beside: "https", by: "loadBalancerArn" },
  );
const opened = (statement: object): Edit =>
  add(
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "open",
    {
      policy: JSON.stringify({
        Statement: [
          { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*", ...statement },
        ],
      }),
    },
    { beside: "secret-JWT_SECRET-version", by: "secretId" },
  );
const fixed = (statusCode: string): Edit =>
  add("aws:lb/listenerRule:ListenerRule", "answer", {
    actions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode } }],
  });
const lowering = (filters: readonly object[]): Edit =>
  add("opsgenie:index/alertPolicy:AlertPolicy", "low", {
    name: "low",
    enabled: true,
    priority: "P5",
    filters,
  });
const backup = (change: object): Edit =>
  container((definition) => ({ ...definition, ...change }), "backup-task");
const nightly = (change: object): Edit => set("nightly-backup", () => ({ ...change }));
const scaled = (change: object): Edit => set("pages-scaling", () => ({ ...change }));

describe("a break at Amazon is refused", () => {
  test.each<[policy: string, what: string, Edit]>([
    [
      "tls-minimum-version",
      "the balancer behind the distribution takes TLS 1.0",
      set("https", () => ({ sslPolicy: "ELBSecurityPolicy-2016-08" })),
    ],
    [
      "https-always",
      "the balancer behind the distribution answers plain http",
      listener({ defaultActions: [{ type: "forward" }] }),
    ],
    [
      "csp-restricts-scripts",
      "the origin's own header stands in place of the distribution's",
      security({ contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'", override: false } }),
    ],
    ["traffic-reaches-host", "the distribution is off", edge(() => ({ enabled: false }))],
    [
      "traffic-reaches-host",
      "a function changes what is answered",
      behavior({ functionAssociations: [{ eventType: "viewer-response", functionArn: "arn:x" }] }),
    ],
    [
      "commands-for-production",
      "a container runs for development",
      container((definition) => ({ ...definition, command: ["npm", "run", "dev"] })),
    ],
    [
      "node-env-production",
      "a container's entry point sets NODE_ENV",
      container((definition) => ({
        ...definition,
        entryPoint: ["sh", "-c", "NODE_ENV=development node server.js"],
      })),
    ],
    ["service-autoscaling", "no task runs", set("pages", () => ({ desiredCount: 0 }))],
    [
      "service-autoscaling",
      "scaling is suspended",
      scaled({ suspendedState: { dynamicScalingOutSuspended: true } }),
    ],
    [
      "service-custom-domain",
      "a service answers inside a network alone",
      set("api", () => ({
        networkConfiguration: { ingressConfiguration: { isPubliclyAccessible: false } },
      })),
    ],
    ["traffic-reaches-host", "a balancer says that all is well", fixed("200")],
    [
      "database-ssl-enforced",
      "Aurora has its own parameters, which take plaintext before version 17",
      omitted("database", "dbClusterParameterGroupName"),
    ],
    [
      "service-autoscaling",
      "another service scales",
      set("pages-scaling", () => ({ resourceId: "service/shop/old" })),
    ],
    ["database-pooler", "the proxy is MySQL's", set("database-proxy", () => ({ engineFamily: "MYSQL" }))],
    [
      "database-pooler",
      "the proxy is SQL Server's",
      set("database-proxy", () => ({ engineFamily: "SQLSERVER" })),
    ],
    [
      "backup-job-daily",
      "the schedule starts what serves",
      leading("nightly-backup", "target", "pages-task"),
    ],
    ["cdn-enabled", "the record leads past the distribution", leading("pages-record", "aliases", "balancer")],
    ["waf-managed-rules", "the firewall is one of a region", set("firewall", () => ({ scope: "REGIONAL" }))],
    [
      "tls-certificate-declared",
      "the certificate is for another domain",
      set("pages-certificate", () => ({ domainName: "old.example" })),
    ],
    ["pager-reaches-on-call", "every alert gets the lowest priority", lowering([{ type: "match-all" }])],
    [
      "pager-reaches-on-call",
      "the integration is off",
      add("opsgenie:index/apiIntegration:ApiIntegration", "own", { enabled: false }),
    ],
    ["backup-job-daily", "the container of the job does nothing", backup({ command: ["true"] })],
    [
      "backup-job-daily",
      "the schedule gives the container nothing to do",
      set("nightly-backup", ({ target }) => ({
        target: {
          ...Object(target),
          input: JSON.stringify({ containerOverrides: [{ name: "backup", command: ["true"] }] }),
        },
      })),
    ],
    [
      "backup-job-daily",
      "a shell in the container leaves the rows out",
      backup({ command: ["sh", "-c", "pg_dump --schema-only shop | pg-upload"] }),
    ],
    ["backup-job-daily", "the entry point of the job does nothing", backup({ entryPoint: ["true"] })],
    ["backup-job-daily", "the schedule is off", nightly({ state: "DISABLED" })],
    ["backup-job-daily", "the schedule is over", nightly({ endDate: "2026-01-01T00:00:00Z" })],
    ["backup-job-daily", "the schedule begins in years", nightly({ startDate: "2031-01-01T00:00:00Z" })],
    ["on-call-people", "who is on call is a stakeholder", set("ada", () => ({ role: "Stakeholder" }))],
    [
      "pager-reaches-on-call",
      "a policy holds back what is above a priority",
      hold([
        {
          type: "match-all-conditions",
          conditions: [{ field: "priority", operation: "greater-than", expectedValue: "P5" }],
        },
      ]),
    ],
    ["secret-variables-sensitive", "every account reads a secret", opened({ Principal: { AWS: "*" } })],
    [
      "tls-minimum-version",
      "the distribution takes TLS 1.0",
      edge(({ viewerCertificate }) => ({
        viewerCertificate: { ...Object(viewerCertificate), minimumProtocolVersion: "TLSv1" },
      })),
    ],
    ["https-always", "pages come by plain http", behavior({ viewerProtocolPolicy: "allow-all" })],
    [
      "https-always",
      "files come by plain http",
      edge(({ orderedCacheBehaviors }) => ({
        orderedCacheBehaviors: mapped(orderedCacheBehaviors, (it) => ({
          ...it,
          viewerProtocolPolicy: "allow-all",
        })),
      })),
    ],
    [
      "tls-strict-to-origin",
      "the origin is asked by plain http",
      edge(({ origins }) => ({
        origins: mapped(origins, (it) => ({
          ...it,
          customOriginConfig: { ...Object(it.customOriginConfig), originProtocolPolicy: "match-viewer" },
        })),
      })),
    ],
    [
      "tls-certificate-declared",
      "there is no certificate",
      edge(() => ({
        viewerCertificate: { cloudfrontDefaultCertificate: true, minimumProtocolVersion: "TLSv1.2_2021" },
      })),
    ],
    [
      "csp-restricts-scripts",
      "any script runs",
      security({
        contentSecurityPolicy: { contentSecurityPolicy: "script-src * 'unsafe-inline'", override: true },
      }),
    ],
    ["https-hsts", "browsers are not told to use https", security({ strictTransportSecurity: undefined })],
    ["header-nosniff", "types are guessed", security({ contentTypeOptions: undefined })],
    [
      "waf-managed-rules",
      "the rules against injection only count",
      rule("AWSManagedRulesSQLiRuleSet", () => ({ overrideAction: { count: {} } })),
    ],
    [
      "waf-managed-rules",
      "a rule allows a header before them",
      rules((own) => (own.name === "all" ? { ...own, action: { allow: {} } } : own)),
    ],
    ["waf-managed-rules", "an office is allowed before the managed rules", office(0)],
    ["rate-limit-api", "an office is allowed before the limits", office(0)],
    ["rate-limit-login", "another path is limited by a pattern", loginBy("^/api/logout")],
    [
      "alert-high-error-rate",
      "an alarm waits for many requests",
      formula("IF(requests>1000000,100*e1/requests,0)", targets),
    ],
    [
      "alert-high-error-rate",
      "an alarm adds what is no error",
      formula("100*(e1+e2)/requests", targets, "HTTPCode_Target_4XX_Count"),
    ],
    [
      "alert-high-error-rate",
      "an alarm adds a share",
      formula("e1+e2/requests", targets, "HTTPCode_ELB_5XX_Count"),
    ],
    ["alert-service-down", "an alarm fires always", unhealthy(0)],
    ["alert-service-down", "an alarm waits for two targets", unhealthy(2)],
    ["waf-managed-rules", "no firewall acts", edge(() => ({ webAclId: undefined }))],
    ["rate-limit-login", "login has no limit", rule("login", () => ({ action: { count: {} } }))],
    [
      "rate-limit-api",
      "the limit counts by a header",
      rule("all", (own) => ({
        statement: {
          rateBasedStatement: {
            ...Object(Object(own.statement).rateBasedStatement),
            aggregateKeyType: "FORWARDED_IP",
          },
        },
      })),
    ],
    [
      "rate-limit-api",
      "the limit never bites",
      rule("all", (own) => ({
        statement: {
          rateBasedStatement: { ...Object(Object(own.statement).rateBasedStatement), limit: 100_000_000 },
        },
      })),
    ],
    [
      "cdn-cache-rules",
      "pages are kept",
      behavior({ cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6" }),
    ],
    ["database-pitr", "backups are kept for a day", set("database", () => ({ backupRetentionPeriod: 1 }))],
    ["database-pitr", "backups are not encrypted", set("database", () => ({ storageEncrypted: false }))],
    [
      "database-protected",
      "anybody may delete the database",
      set("database", () => ({ deletionProtection: false })),
    ],
    [
      "database-ssl-enforced",
      "plaintext is taken",
      set("parameters", () => ({ parameters: [{ name: "rds.force_ssl", value: "0" }] })),
    ],
    [
      "log-without-statements",
      "statements are logged",
      set("parameters", () => ({
        parameters: [
          { name: "rds.force_ssl", value: "1" },
          { name: "log_statement", value: "all" },
        ],
      })),
    ],
    ["database-pooler", "nothing pools connections", without("database-proxy")],
    [
      "backup-job-daily",
      "backups are weekly",
      set("nightly-backup", () => ({ scheduleExpression: "cron(15 2 ? * SUN *)" })),
    ],
    ["backup-lock", "backups can be deleted", without("backups-lock")],
    ["backup-strategy", "backups are of nothing", set("backup-task", () => ({ containerDefinitions: "[]" }))],
    [
      "backup-strategy",
      "a second database is not copied",
      add("aws:rds/instance:Instance", "reports", {
        engine: "postgres",
        engineVersion: "17.2",
        backupRetentionPeriod: 7,
        storageEncrypted: true,
        deletionProtection: true,
        publiclyAccessible: false,
      }),
    ],
    ["jwt-secret-length", "a secret is short", set("jwt-secret", () => ({ length: 32 }))],
    [
      "secrets-generated",
      "a secret is another whose name only begins like it",
      references((name) => `arn:aws:secretsmanager:${region}:secret:shop/${name}_OLD`),
    ],
    [
      "secrets-generated",
      "a secret is a parameter that nobody declares",
      references((name) => `arn:aws:ssm:${region}:parameter/shop/${name}`),
    ],
    [
      "jwt-secret-length",
      "a parameter is short",
      all(
        inParameters,
        references((name) => `/shop/${name}`),
        set("jwt-secret", () => ({ length: 20 })),
      ),
    ],
    ["log-level-quiet", "the API logs requests", runner({ LOG_LEVEL: "debug" })],
    ["cors-origins-exact", "any origin may call the API", runner({ CORS_ORIGINS: "*" })],
    ["connections-encrypted", "certificates are not verified", runner({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })],
    [
      "no-literal-secrets",
      "a key is in the program",
      runner({ STRIPE_API_KEY: ["sk", "live", "51HabcdEFGHijklMNOPqrstuv"].join("_") }),
    ],
    ["required-variables", "a container lacks a variable", withoutVariable("NODE_ENV")],
    ["required-variables", "a container lacks the database", container((it) => ({ ...it, secrets: [] }))],
    [
      "log-drain-every-host",
      "a container logs to its disk",
      container((it) => ({ ...it, logConfiguration: undefined })),
    ],
    ["tls-caa", "any authority may issue certificates", without("caa")],
    ["dns-records", "a domain has no record", without("pages-record")],
    [
      "alert-high-error-rate",
      "an alarm waits for a tenth of errors",
      set("errors", () => ({ threshold: 10 })),
    ],
    ["alert-service-down", "an alarm is off", set("down", () => ({ actionsEnabled: false }))],
    ["alert-service-down", "no data is no alarm", set("down", () => ({ treatMissingData: "notBreaching" }))],
    [
      "alert-high-memory",
      "an alarm is for another figure",
      set("memory", () => ({ metricName: "MemoryReservation" })),
    ],
    ["critical-alerts-page", "nobody is paged", without("pages-https")],
    [
      "database-ssl-enforced",
      "a proxy takes plaintext",
      set("database-proxy", () => ({ requireTls: false })),
    ],
    ["alert-service-down", "an alarm is on a figure of nobody", set("down", () => ({ namespace: "Shop" }))],
    ["critical-alerts-page", "a filter takes no alarm", filtered({ severity: ["none"] })],
    [
      "alert-service-down",
      "an alarm needs more periods than it looks at",
      set("down", () => ({ evaluationPeriods: 2, datapointsToAlarm: 5 })),
    ],
    ["alert-high-memory", "an alarm counts values", set("memory", () => ({ statistic: "SampleCount" }))],
    ["pager-reaches-on-call", "a policy suppresses everything", hold([{ type: "match-all" }])],
    [
      "pager-reaches-on-call",
      "a policy suppresses what comes from a host",
      hold([{ type: "match-all-conditions", conditions: [{ field: "source", operation: "contains" }] }]),
    ],
    [
      "pager-reaches-on-call",
      "a policy suppresses what is minor or comes from a host",
      hold([
        {
          type: "match-any-condition",
          conditions: [
            { field: "priority", expectedValue: "P5" },
            { field: "source", operation: "contains" },
          ],
        },
      ]),
    ],
    [
      "pager-reaches-on-call",
      "maintenance is for a year",
      add("opsgenie:index/maintenance:Maintenance", "maintenance", {
        times: [{ type: "schedule", startDate: "2026-01-01T00:00:00Z", endDate: "2027-01-01T00:00:00Z" }],
      }),
    ],
    [
      "log-without-statements",
      "statements that take no time are logged",
      set("parameters", ({ parameters }) => ({
        parameters: [...mapped(parameters, (it) => it), { name: "log_min_duration_statement", value: "0" }],
      })),
    ],
    [
      "no-literal-secrets",
      "random letters are in a container",
      container((it) => ({ ...it, environment: [...mapped(it.environment, (one) => one), madeUp] })),
    ],
    [
      "header-nosniff",
      "types of files are guessed",
      edge(({ orderedCacheBehaviors }) => ({
        orderedCacheBehaviors: mapped(orderedCacheBehaviors, ({ responseHeadersPolicyId: _, ...own }) => own),
      })),
    ],
    [
      "alert-high-latency-p95",
      "seconds are taken for milliseconds, beside a monitor of one service",
      set("latency-p95", () => ({ threshold: 500 })),
    ],
    ["alert-runbook", "an alarm says not what to do", set("down", () => ({ alarmDescription: "down" }))],
    [
      "on-call-people",
      "one person is on call",
      set("rotation", (inputs) => ({ participants: mapped(inputs.participants, (it) => it).slice(0, 1) })),
    ],
    [
      "on-call-without-gap",
      "the rotation ends",
      set("rotation", () => ({ endDate: "2027-01-05T08:00:00Z" })),
    ],
    [
      "escalation-levels",
      "a page goes no further",
      set("escalation", (inputs) => ({ rules: mapped(inputs.rules, (it) => it).slice(0, 1) })),
    ],
    ["health-checked-outside", "nothing calls the API", without("check-api.shop.example")],
    [
      "cors-header-restricted",
      "any origin may read files",
      add("aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2", "files-cors", {
        bucket: "files",
        corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["*"] }],
      }),
    ],
    [
      "variables-not-in-files",
      "a container reads a file of variables",
      container((it) => ({ ...it, environmentFiles: [{ type: "s3", value: "arn:aws:s3:::shop/.env" }] })),
    ],
    [
      "service-health-check",
      "a group takes any answer for healthy",
      set("pages-group", () => ({ healthCheck: { path: "/health", matcher: "200-499" } })),
    ],
    ["service-autoscaling", "the number of tasks is fixed", set("pages-scaling", () => ({ maxCapacity: 2 }))],
  ])("%s: %s", (policy, _, edit) => {
    expect(newlyObjecting(sample, edit)).toContain(policy);
  });
});

describe("what a platform at Amazon may do", () => {
  test.each<[what: string, Edit]>([
    [
      "a function without visitors has variables of its own",
      set("thumbnails", () => ({ environment: { variables: { SIZE: "200" } } })),
    ],
    ["an office is allowed after all rules", office(99)],
    [
      "a listener sends plain http on",
      listener({ defaultActions: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS" } }] }),
    ],
    [
      "an agent beside the application keeps its logs",
      set("pages-task", ({ containerDefinitions }) => ({
        containerDefinitions: JSON.stringify([
          ...JSON.parse(String(containerDefinitions)),
          { name: "agent", image: "public.ecr.aws/datadog/agent:7", essential: false },
        ]),
      })),
    ],
    ["a balancer says that a page is gone", fixed("410")],
    ["a certificate is of a wildcard", set("api-certificate", () => ({ domainName: "*.shop.example" }))],
    [
      "a minor alert gets the lowest priority",
      lowering([
        {
          type: "match-all-conditions",
          conditions: [{ field: "priority", operation: "equals", expectedValue: "P4" }],
        },
      ]),
    ],
    ["the container of the job has its command", backup({ command: ["sh", "-c", "pg-backup --all"] })],
    ["one account reads a secret", opened({ Principal: { AWS: "arn:aws:iam::123456789012:role/app" } })],
    ["a filter takes alarms", filtered({ NewStateValue: ["ALARM"] }, "MessageBody")],
    [
      "a policy holds back what is minor",
      hold([
        {
          type: "match-all-conditions",
          conditions: [{ field: "priority", operation: "equals", expectedValue: "P5" }],
        },
      ]),
    ],
    ["login is limited by a pattern", loginBy("^/api/login")],
    [
      "an alarm has a guard against few requests",
      formula("IF(requests > 10, e1 / requests * 100, 0)", targets),
    ],
    [
      "an alarm adds the errors of the balancer",
      formula("100 * ((e1 + FILL(e2, 0)) / requests)", targets, "HTTPCode_ELB_5XX_Count"),
    ],
    ["an alarm counts targets that are not healthy", unhealthy(1)],
    [
      "memory is measured in megabytes",
      set("memory", () => ({
        namespace: "ECS/ContainerInsights",
        metricName: "MemoryUtilized",
        threshold: 900,
      })),
    ],
    [
      "secrets are named by their full addresses",
      references((name) => `arn:aws:secretsmanager:${region}:secret:shop/${name}-AbC123`),
    ],
    [
      "secrets are parameters, by address",
      all(
        inParameters,
        references((name) => `arn:aws:ssm:${region}:parameter/shop/${name}`),
      ),
    ],
    [
      "secrets are parameters, by name",
      all(
        inParameters,
        references((name) => `/shop/${name}`),
      ),
    ],
    [
      "secrets are keys of one document",
      all(
        inOneDocument,
        ...["pages-task", "backup-task"].map((task) =>
          references((name) => `arn:aws:secretsmanager:${region}:secret:shop/app-AbC123:${name}::`, task),
        ),
      ),
    ],
    [
      "a monitor of Datadog pages by PagerDuty",
      set("checkout-latency", () => ({ message: "See https://wiki.shop.example/checkout @pagerduty-shop" })),
    ],
    [
      "pages are left to the headers of the origin",
      behavior({ cachePolicyId: "83da9c7e-98b4-4e11-a168-04f0df8e2c65" }),
    ],
  ])("%s", (_, edit) => {
    expect(newlyObjecting(sample, edit)).toEqual([]);
  });

  test.each([
    ["postgres", "a cluster in three zones", []],
    ["aurora-postgresql", "Aurora", ["database-ssl-enforced"]],
  ])("version 16 of %s, %s, by its own default for plaintext", (engine, _what, policies) => {
    const cluster = add("aws:rds/cluster:Cluster", "orders", {
      engine,
      engineVersion: "16.4",
      backupRetentionPeriod: 7,
      storageEncrypted: true,
      deletionProtection: true,
    });
    expect(objecting(cluster(sample), "database-ssl-enforced")).toEqual(policies);
  });
});
