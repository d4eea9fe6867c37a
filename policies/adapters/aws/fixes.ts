import type { Fixes } from "../../model/adapter.ts";

/** How to meet at Amazon what policies ask for. */
export const fixes: Fixes = {
  "assets-http2": "Set httpVersion of the aws.cloudfront.Distribution to http2and3.",
  "backup-bucket":
    "Declare an aws.s3.Bucket with backup in its name, and an aws.s3.BucketLifecycleConfiguration for it with an enabled rule that deletes old backups.",
  "backup-lock":
    "Create the aws.s3.Bucket with objectLockEnabled, and declare an aws.s3.BucketObjectLockConfiguration with a default retention of 30 days or more in mode COMPLIANCE.",
  "backup-retention":
    "Set the expiration of the aws.s3.BucketLifecycleConfiguration to 30 days or more, for a prefix that all backups have.",
  "cdn-cache-rules":
    "Give the aws.cloudfront.Distribution a cache behavior for the static files, with a cache policy.",
  "dnssec-active":
    "Declare an aws.route53.HostedZoneDnsSec with its KeySigningKey, and enter its DS record at the registrar.",
  "header-nosniff":
    "Set contentTypeOptions in securityHeadersConfig of an aws.cloudfront.ResponseHeadersPolicy, and use it in every behavior.",
  "https-always":
    "Set viewerProtocolPolicy of every behavior to redirect-to-https, and let the load balancer's listener at port 80 only redirect.",
  "https-hsts":
    "Set strictTransportSecurity in securityHeadersConfig of an aws.cloudfront.ResponseHeadersPolicy, for a year with subdomains.",
  "rate-limit-api":
    "Add a rule with a rateBasedStatement and the action block to the aws.wafv2.WebAcl in front of the API.",
  "tls-caa":
    'Declare an aws.route53.Record of type CAA at the zone\'s apex, with 0 issue "amazon.com" for each authority.',
  "tls-certificate-declared":
    "Declare an aws.acm.Certificate for every host, with its validation, and use it at the distribution or listener.",
  "tls-minimum-version":
    "Set minimumProtocolVersion of the distribution to TLSv1.2_2021, and sslPolicy of the listener to ELBSecurityPolicy-TLS13-1-2-2021-06.",
  "tls-strict-to-origin": "Set originProtocolPolicy of every custom origin to https-only.",
  "waf-managed-rules":
    "Add the managed rule groups AWSManagedRulesCommonRuleSet and AWSManagedRulesSQLiRuleSet to the aws.wafv2.WebAcl, without overrides that count.",
  "database-declared": "Declare an aws.rds.Instance or an aws.rds.Cluster in this stack.",
  "database-network-restricted": "Set publiclyAccessible of the instance to false.",
  "database-pitr": "Set backupRetentionPeriod to 7 or more, and storageEncrypted to true.",
  "database-pooler": "Declare an aws.rds.Proxy for the database.",
  "application-uses-pooler": "At Amazon that is the endpoint of the aws.rds.Proxy.",
  "database-ssl-enforced": "Set rds.force_ssl to 1 in the aws.rds.ParameterGroup of the instance or cluster.",
  "required-variables":
    "At Amazon name it in environment or secrets of the container, the App Runner service or the function.",
  "log-aggregation": "Declare an aws.cloudwatch.LogGroup, and give the containers a logConfiguration.",
  "log-drain-every-host": "Give each container a logConfiguration.",
  "cdn-enabled":
    "At Amazon put an aws.cloudfront.Distribution with the domain among its aliases in front of the host.",
  "assets-cached-a-year":
    "Give the behavior for such files a cache policy with a defaultTtl of 31536000, and let the host send Cache-Control with max-age=31536000.",
  "assets-compressed": "Set compress of the behaviors to true.",
  "service-health-check":
    "At App Runner set healthCheckConfiguration to protocol HTTP with a path; for ECS set healthCheck.path and a matcher of 2xx on the target group.",
  "service-autoscaling":
    "For ECS declare an appautoscaling.Target with minCapacity and a larger maxCapacity, and a Policy for it; at App Runner let maxSize be larger than minSize.",
  "service-custom-domain":
    "At Amazon name it in the aliases of the distribution in front of it, in a record of its load balancer, or in an apprunner.CustomDomainAssociation.",
  "rate-limit-login":
    "Add a rule with a rateBasedStatement, a scopeDownStatement for the login path and the action block to the aws.wafv2.WebAcl.",
};
