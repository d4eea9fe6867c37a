import type { ResourceOf } from "../../framework/index.ts";
import type { ResourceTypes } from "../../model/resource-type.ts";
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
    {
      name: "MicrofrontendGroup",
      may: "may have a project answer for a host that this stack does not declare",
      unless: (it) => isOwnProject(it, "defaultApp"),
    },
    {
      name: "MicrofrontendGroupMembership",
      may: "may have a project answer for a host that this stack does not declare",
      unless: (it) => isOwnProject(it, "projectId"),
    },
    {
      name: "TraceDrain",
      may: "may send traces without TLS",
      unless: (it) => /^https:/i.test(it.at("endpoint").string() ?? ""),
    },
    { name: "UserToken", may: "lets whoever has the token do what its owner may" },
  ],
};

/**
 * Whether the stack declares the project of a microfrontend, which is then judged as any other. Which paths it answers
 * stands in `microfrontends.json` of the default application, which no policy reads.
 */
const isOwnProject = (it: ResourceOf<unknown>, property: string): boolean =>
  it.dependenciesOf(property).some((source) => source.is(vercel.project));
