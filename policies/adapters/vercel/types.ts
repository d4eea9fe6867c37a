import type * as ve from "@pulumi/vercel";
import type { Resource } from "../../framework/index.ts";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { vercel } from "../../model/tokens.ts";

/** Types of Vercel's provider up to version 5.4. */
export const resourceTypes: ResourceTypes = {
  vendor: "Vercel",
  judged: Object.values(vercel),
  harmless: [
    [
      "says who works in the team, or what tools of its may do",
      [
        "AccessGroup",
        "AccessGroupMember",
        "AccessGroupProject",
        "IntegrationProjectAccess",
        "ProjectMembers",
        "TeamConfig",
        "TeamMember",
      ],
    ],
    [
      "is a store or a switch that the application reads; what is written into an Edge Config is judged",
      [
        "BlobObject",
        "BlobProjectConnection",
        "BlobStore",
        "EdgeConfig",
        "EdgeConfigSchema",
        "EdgeConfigToken",
        "FeatureFlagConfig",
        "FeatureFlagDefinition",
        "FeatureFlagSdkKey",
        "FeatureFlagSegment",
        "VcrRepository",
      ],
    ],
    [
      "is a way to release, to call or to connect what is declared elsewhere",
      ["CustomCertificate", "Network", "ProjectCrons", "ProjectRollingRelease"],
    ],
  ],
  doubtful: [
    doubt(
      typeOf<ve.MicrofrontendGroupArgs>("vercel:index/microfrontendGroup:MicrofrontendGroup"),
      "may have a project answer for a host that this stack does not declare",
      (it) => isOwnProject(it.dependenciesOf("defaultApp")),
    ),
    doubt(
      typeOf<ve.MicrofrontendGroupMembershipArgs>(
        "vercel:index/microfrontendGroupMembership:MicrofrontendGroupMembership",
      ),
      "may have a project answer for a host that this stack does not declare",
      (it) => isOwnProject(it.dependenciesOf("projectId")),
    ),
    doubt(
      typeOf<ve.TraceDrainArgs>("vercel:index/traceDrain:TraceDrain"),
      "may send traces without TLS",
      (it) => /^https:/i.test(it.at("endpoint").string() ?? ""),
    ),
    { name: "UserToken", may: "lets whoever has the token do what its owner may" },
  ],
};

/**
 * Whether the stack declares the project of a microfrontend, which is then judged as any other. Which paths it answers
 * stands in `microfrontends.json` of the default application, which no policy reads.
 */
const isOwnProject = (sources: readonly Resource[]): boolean =>
  sources.some((source) => source.is(vercel.project));
