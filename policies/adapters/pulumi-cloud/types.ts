import type { Doubt, ResourceTypes } from "../../model/resource-type.ts";
import { pulumiCloud, stackSchedules } from "../../model/tokens.ts";

/** Types that the provider makes from the API, beside those that the pack reads. */
const fromApi = [
  "AuditLogExportConfiguration",
  "DefaultOrganization",
  "Gate",
  "OrgTemplateCollection",
  "OrganizationWebhook",
  "PolicyGroupInsightsAccountAttachment",
  "PolicyGroupStackAttachment",
  "Role",
  "api/Account",
  "api/AzureDevOpsIntegration",
  "api/BitBucketIntegration",
  "api/Config",
  "api/CustomVCSIntegration",
  "api/CustomVCSRepository",
  "api/Environment",
  "api/EnvironmentDraft",
  "api/EnvironmentSchedule",
  "api/EnvironmentSettings",
  "api/EnvironmentTag",
  "api/GitHubEnterpriseIntegration",
  "api/GitHubIntegration",
  "api/GitLabIntegration",
  "api/Item",
  "api/OidcIssuer",
  "api/OpenEnvironmentRequest",
  "api/OrgToken",
  "api/PersonalToken",
  "api/Policy",
  "api/Pool",
  "api/RevisionTag",
  "api/Role",
  "api/SAML",
  "api/ScheduledDeployment",
  "api/ScheduledScanSettings",
  "api/Service",
  "api/Settings",
  "api/Stack",
  "api/Tag",
  "api/Task",
  "api/Team",
  "api/TeamToken",
  "api/Webhook",
].map(
  (name): Doubt => ({
    name,
    may: "may change who deploys and how, in a form of the API that the pack does not read (use the type without api in its name)",
  }),
);

/** Types of Pulumi Cloud's provider up to version 1.3 of its package. */
export const resourceTypes: ResourceTypes = {
  vendor: "Pulumi Cloud",
  concern: "production",
  judged: [...Object.values(pulumiCloud), ...stackSchedules],
  harmless: [
    [
      "only adds an approval, or a machine or a scan of its own",
      ["AgentPool", "ApprovalRule", "EnvironmentRotationSchedule", "InsightsAccount"],
    ],
    [
      "says who belongs together or how something is called: policies judge the rights of teams",
      ["EnvironmentVersionTag", "Team", "TeamAccessToken", "TemplateSource"],
    ],
  ],
  doubtful: [{ name: "PolicyPack", may: "may put another pack in the place of this one" }, ...fromApi],
};
