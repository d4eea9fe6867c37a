import { environmentNames } from "../../../config/environment-names.ts";
import { vendorName } from "../../../config/naming.ts";
import type { Settings } from "../../../config/settings.ts";
import type { FakeRenderState } from "./render.ts";
import type { FakeVercelState } from "./vercel.ts";

/** Commits of the platform's releases, the newest last. */
export const commits = {
  previous: "1111111111111111111111111111111111111111",
  current: "3f9c2a1b5d7e8f60112233445566778899aabbcc",
} as const;

const created = { previous: Date.parse("2026-11-20T10:00:00Z"), current: Date.parse("2026-11-27T10:00:00Z") };

/** Vercel's state of the platform, where it is as declared. */
export function healthyVercel(settings: Settings): FakeVercelState {
  const { domains, project, stage, web, accounts } = settings;
  const name = vendorName(project, stage, "web");
  const [org = "", repo = ""] = project.repository.split("/");
  return {
    team: { id: accounts.vercelTeam, slug: "example", name: "Example", billing: { plan: "enterprise" } },
    misconfigured: new Set(),
    hiddenVariables: undefined,
    projects: [
      {
        ...{ id: "prj_example", name, framework: web.framework, nodeVersion: web.nodeVersion },
        ...{ autoAssignCustomDomains: true, gitForkProtection: true },
        resourceConfig: { functionDefaultRegions: [web.region], fluid: true },
        ssoProtection: { deploymentType: "prod_deployment_urls_and_all_previews" },
        link: { type: "github", org, repo, repoId: 1, productionBranch: project.branch },
        serving: "dpl_current",
        lines: logLines(),
        domains: [
          { name: domains.web, verified: true },
          ...(domains.redirect === undefined
            ? []
            : [{ name: domains.redirect, verified: true, redirect: domains.web, redirectStatusCode: 308 }]),
        ],
        envs: [
          ...environmentNames.secret.map((key) => variable(key, "sensitive")),
          ...environmentNames.plain.map((key) => variable(key, "plain")),
        ],
        deployments: [
          {
            ...{ id: "dpl_previous", commit: commits.previous, createdAt: created.previous, ahead: [] },
            ...{ target: "production", state: "READY", substate: "PROMOTED" },
          },
          {
            ...{ id: "dpl_current", commit: commits.current, createdAt: created.current, ahead: [] },
            ...{ target: "production", state: "READY", substate: "PROMOTED" },
          },
        ],
      },
    ],
  };
}

/** What an application writes that answers requests. */
function logLines(): string[] {
  return Array.from({ length: 40 }, (_, index) =>
    JSON.stringify({ level: 30, time: created.current + index, msg: "request completed" }),
  );
}

function variable(key: string, type: string) {
  return { id: `env-${key}`, key, type, target: ["production"], value: "canary-value-of-a-variable" };
}

/** Render's state of the platform, where it is as declared. */
export function healthyRender(settings: Settings): FakeRenderState {
  const { domains, project, stage, api, accounts } = settings;
  const { scaling } = api;
  return {
    owner: { id: accounts.renderOwner, name: "Example", email: "ops@optropic.example", type: "team" },
    groups: [
      {
        ...{ id: "evg-example", name: vendorName(project, stage, "api") },
        envVars: [...environmentNames.secret, ...environmentNames.plain].map((key) => ({
          ...{ key, value: "canary-value-of-a-variable" },
        })),
        serviceLinks: [{ id: "srv-example" }],
      },
    ],
    services: [
      {
        ...{ id: "srv-example", name: vendorName(project, stage, "api"), type: "web_service" },
        ...{
          suspended: "not_suspended",
          suspenders: [],
          branch: project.branch,
          autoDeployTrigger: api.autoDeploy,
        },
        repo: `https://github.com/${project.repository}`,
        serviceDetails: {
          ...{
            plan: api.plan,
            region: api.region,
            healthCheckPath: api.healthCheckPath,
            numInstances: scaling.min,
          },
          autoscaling: {
            ...{ enabled: scaling.enabled, min: scaling.min, max: scaling.max },
            criteria: {
              cpu: { enabled: true, percentage: scaling.cpuPercent },
              memory: { enabled: true, percentage: scaling.memoryPercent },
            },
          },
        },
        domains: [{ id: "cdm-example", name: domains.api, verificationStatus: "verified" }],
        envs: [],
        lines: logLines(),
        deploys: [
          {
            ...{ id: "dep-previous", commit: commits.previous, createdAt: created.previous },
            ...{ trigger: "new_commit", status: "deactivated", ahead: [] },
          },
          {
            ...{ id: "dep-current", commit: commits.current, createdAt: created.current },
            ...{ trigger: "new_commit", status: "live", ahead: [] },
          },
        ],
      },
    ],
  };
}
