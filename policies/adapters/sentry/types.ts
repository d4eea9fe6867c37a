import type { ProjectInboundDataFilterArgs } from "@pulumi/sentry";
import type { ResourceOf } from "../../framework/index.ts";
import type * as other from "../../model/other-args.ts";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { sentry } from "../../model/tokens.ts";

/** Sentry's own filters, none of which is about errors of the application in a browser of today. */
const isUsualFilter = (it: ResourceOf<ProjectInboundDataFilterArgs>): boolean =>
  /^(?:browser-extensions|localhost|web-crawlers|filtered-transaction|legacy-browsers)$/.test(
    it.at("filterId").string() ?? "",
  );

/** Types of Sentry's provider up to version 0.15, with those of the older package on npm. */
export const resourceTypes: ResourceTypes = {
  vendor: "Sentry",
  judged: Object.values(sentry).flat(),
  harmless: [
    [
      "says who works in the organization",
      [
        "Organization",
        "OrganizationMember",
        "SentryOrganization",
        "SentryOrganizationMember",
        "SentryTeam",
        "SentryTeamMember",
        "Team",
        "TeamMember",
      ],
    ],
    [
      "shows errors, or says to which code and whom they belong",
      [
        "Dashboard",
        "OrganizationCodeMapping",
        "OrganizationRepository",
        "ProjectOwnership",
        "ProjectSymbolSource",
        "SentryDashboard",
        "SentryOrganizationCodeMapping",
        "SentryOrganizationRepository",
        "SentryOrganizationRepositoryGithub",
        "SentryProjectSymbolSources",
      ],
    ],
    [
      "tells people, beside the alerts that are judged, or connects what alerts name",
      ["IntegrationOpsgenie", "NotificationAction", "SentryNotificationAction"],
    ],
  ],
  doubtful: [
    doubt(
      typeOf<other.SentrySpikeProtectionArgs>(
        "sentry:index/allProjectsSpikeProtection:AllProjectsSpikeProtection",
      ),
      "may switch off what keeps a flood from using up the quota of errors",
      (it) => it.at("enabled").boolean() !== false,
    ),
    { name: "Plugin", may: "runs a plugin over the project's errors" },
    doubt(
      typeOf<ProjectInboundDataFilterArgs>("sentry:index/projectInboundDataFilter:ProjectInboundDataFilter"),
      "may drop errors of visitors",
      isUsualFilter,
    ),
    doubt(
      typeOf<ProjectInboundDataFilterArgs>(
        "sentry:index/sentryProjectInboundDataFilter:SentryProjectInboundDataFilter",
      ),
      "may drop errors of visitors",
      isUsualFilter,
    ),
    { name: "SentryPlugin", may: "runs a plugin over the project's errors" },
    { name: "SentryRule", may: "is an alert in a form that Sentry has replaced" },
  ],
};
