import type * as gf from "@pulumi/grafana";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { grafana, grafanaPanels, grafanaTokens, onCall } from "../../model/tokens.ts";

/** A host of the installation's own network, as names of a cluster are. */
const isNear = /^http:\/\/(?:[\w-]+|[\w.-]+\.(?:svc|internal|local))(?::\d+)?(?:\/|$)/i;

/** What a dashboard shows may be that old. */
const longestCacheMs = 300_000;

/** Types of Grafana's provider up to version 2.40. */
export const resourceTypes: ResourceTypes = {
  vendor: "Grafana",
  judged: [
    ...Object.values(grafana),
    ...Object.values(grafanaPanels).flat(),
    ...Object.values(grafanaTokens).flat(),
    ...Object.values(onCall),
  ],
  harmless: [
    [
      "says who works with Grafana and may see what",
      [
        "cloud/OrgMember",
        "enterprise/DataSourceConfigLbacRules",
        "enterprise/DataSourcePermission",
        "enterprise/DataSourcePermissionItem",
        "enterprise/Role",
        "enterprise/RoleAssignment",
        "enterprise/RoleAssignmentItem",
        "enterprise/ScimConfig",
        "enterprise/TeamExternalGroup",
        "oss/DashboardPermission",
        "oss/DashboardPermissionItem",
        "oss/FolderPermission",
        "oss/FolderPermissionItem",
        "oss/Organization",
        "oss/OrganizationPreferences",
        "oss/ServiceAccountPermission",
        "oss/ServiceAccountPermissionItem",
        "oss/SsoSettings",
        "oss/Team",
        "oss/User",
      ],
    ],
    [
      "shows something, and counts for nothing where a dashboard is asked for",
      [
        "apps/v0alpha1/Playlist",
        "apps/v0alpha1/ProvisioningConnection",
        "apps/v0alpha1/ProvisioningRepository",
        "apps/v1/Playlist",
        "apps/v1/Query",
        "enterprise/Report",
        "oss/Annotation",
        "oss/Playlist",
      ],
    ],
    [
      "alerts by itself or adds to what alerts say, and counts for nothing where an alert is asked for",
      [
        "alerting/MessageTemplate",
        "alerting/v0alpha1/AlertRule",
        "alerting/v0alpha1/RecordingRule",
        "alerting/v0alpha1/RuleSequence",
        "alerting/v1beta1/AlertEnrichment",
        "machineLearning/Alert",
        "machineLearning/Holiday",
        "machineLearning/Job",
        "machineLearning/OutlierDetector",
        "onCall/Integration",
        "onCall/OutgoingWebhook",
        "slo/SLO",
        "syntheticMonitoring/CheckAlerts",
      ],
    ],
    [
      "finds by itself what may be wrong, beside the alerts",
      [
        "agento11y/Collection",
        "agento11y/EvaluationRule",
        "agento11y/Evaluator",
        "agento11y/HookRule",
        "agento11y/RuleAction",
        "assert/CustomModelRules",
        "assert/LogConfig",
        "assert/NotificationAlertsConfig",
        "assert/ProfileConfig",
        "assert/PromRuleFile",
        "assert/Stack",
        "assert/SuppressedAssertionsConfig",
        "assert/Thresholds",
        "assert/TraceConfig",
        "assistant/McpServer",
        "assistant/Quickstart",
        "assistant/Rule",
        "assistant/Skill",
        "assistant/TermsAcceptance",
      ],
    ],
    [
      "collects more than the checklist asks for, or is what collects",
      [
        "cloud/Integration",
        "cloud/PluginInstallation",
        "cloud/PrivateDataSourceConnectNetwork",
        "cloud/PrivateDataSourceConnectNetworkToken",
        "cloud/Stack",
        "cloud/v1alpha1/ProductActivationAppO11yConfig",
        "cloud/v1alpha1/ProductActivationDbO11yConfig",
        "cloud/v1alpha1/ProductActivationK8sO11yConfig",
        "cloud/v1alpha1/ServiceModelComponent",
        "cloudProvider/AwsAccount",
        "cloudProvider/AwsCloudwatchScrapeJob",
        "cloudProvider/AwsResourceMetadataScrapeJob",
        "cloudProvider/AzureCredential",
        "enterprise/v1beta1/SecretKeeper",
        "enterprise/v1beta1/SecretKeeperActivation",
        "enterprise/v1beta1/SecretSecureValue",
        "fleetManagement/Collector",
        "fleetManagement/Pipeline",
        "frontendObservability/App",
        "k6/Installation",
        "k6/LoadTest",
        "k6/Project",
        "k6/ProjectAllowedLoadZones",
        "k6/ProjectLimits",
        "oss/DataSourceConfig",
        "syntheticMonitoring/Installation",
        "syntheticMonitoring/Probe",
      ],
    ],
    [
      "is a token that is replaced before it runs out, of an account or policy that is judged",
      [
        "cloud/AccessPolicyRotatingToken",
        "cloud/StackServiceAccountRotatingToken",
        "oss/ServiceAccountRotatingToken",
      ],
    ],
  ],
  doubtful: [
    { name: "apps/GenericResource", may: "may be anything that Grafana has" },
    doubt(
      typeOf<gf.enterprise.DataSourceCacheConfigArgs>(
        "grafana:enterprise/dataSourceCacheConfig:DataSourceCacheConfig",
      ),
      "may show on dashboards what was asked for long before",
      (it) =>
        it.at("enabled").boolean() !== true ||
        it.at("useDefaultTtl").boolean() === true ||
        (it.at("ttlQueriesMs").number() ?? 0) <= longestCacheMs,
    ),
    doubt(
      typeOf<gf.oncall.RouteArgs>("grafana:onCall/route:Route"),
      "may send an alert to a chain that calls nobody",
      (it) => it.at("escalationChainId").isUnknown || it.at("escalationChainId").exists,
    ),
    doubt(
      typeOf<gf.oncall.UserNotificationRuleArgs>("grafana:onCall/userNotificationRule:UserNotificationRule"),
      "may let a person be told late",
      (it) => it.at("type").string() !== "wait" || (it.at("duration").number() ?? 0) <= 1800,
    ),
    doubt(
      typeOf<gf.oss.DashboardPublicArgs>("grafana:oss/dashboardPublic:DashboardPublic"),
      "shows a dashboard to whoever has its address",
      (it) => it.at("isEnabled").boolean() !== true,
    ),
    doubt(
      typeOf<gf.oss.DataSourceArgs>("grafana:oss/dataSource:DataSource"),
      "may answer the queries of alerts from somewhere else than where the metrics are",
      (it) => {
        const url = it.at("url").string() ?? "";
        return !/\/\/(?:localhost|127\.|\[?::1)/i.test(url) && (!/^http:/i.test(url) || isNear.test(url));
      },
    ),
  ],
};
