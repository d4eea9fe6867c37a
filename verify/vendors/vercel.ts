import { environmentNames } from "../../config/environment-names.ts";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { Vercel, type VercelProject } from "../../vendors/vercel.ts";
import { compare, eachOf, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same, sameCommit, sameIfTold, sameMembers, sameState } from "./checks.ts";
import { structuredCheck } from "./log-lines.ts";
import { present, question } from "./question.ts";

const clientOf = (settings: Settings, access: ConstructorParameters<typeof Vercel>[1]) =>
  new Vercel(settings.accounts.vercelTeam, access);

const nameOf = ({ project, stage }: Settings) => vendorName(project, stage, "web");

const team = question(({ settings }, access) => clientOf(settings, access).team());

const project = question(({ settings }, access) => {
  const client = clientOf(settings, access);
  return present(client.project(nameOf(settings)), () => client.team());
});

const domains = question(({ settings }, access) => clientOf(settings, access).domains(nameOf(settings)));

const domainConfig = question(({ settings }, access, name) => clientOf(settings, access).domainConfig(name));

const variables = question(({ settings }, access) => clientOf(settings, access).variables(nameOf(settings)));

const lines = question(({ settings }, access, name) => {
  const [projectId = "", deploymentId = ""] = name.split(" ");
  return clientOf(settings, access).lines(projectId, deploymentId);
});

const serving = question(({ settings }, access, id) => clientOf(settings, access).deployment(id));

export const vercelAccount = probe({
  name: "vercel-account",
  items: ["7.2", "7.3"],
  title: "The Vercel team must be the declared one, on the declared plan.",
  needs: ["vendor:vercel"],
  settings: ["accounts.vercelTeam", "plans.vercel"],
  measure: async (context) => {
    const { accounts, plans } = context.settings;
    const { id, billing } = await team(context);
    const owner = same("team", accounts.vercelTeam, id, "accounts.vercelTeam");
    if (billing === null || billing === undefined) {
      throw new Unknown("no-right", "Vercel does not tell this token the plan of the team");
    }
    const { plan } = billing;
    return [
      owner,
      plans.vercel === undefined
        ? compare("plan of the team", { expected: "not hobby", measured: plan, holds: plan !== "hobby" })
        : same("plan of the team", plans.vercel, plan, "plans.vercel"),
    ];
  },
});

export const vercelProject = probe({
  name: "vercel-project",
  items: ["7V.1", "7V.2", "7.5"],
  title: "The Vercel project must build the declared repository and branch, in the declared region.",
  needs: ["vendor:vercel"],
  settings: ["project.repository", "project.branch", "web.framework", "web.nodeVersion", "web.region"],
  measure: async (context) => {
    const { settings } = context;
    const found = await project(context);
    if (found === undefined) return [absent("project", nameOf(settings), "project.name")];
    const { link } = found;
    return [
      same("repository", settings.project.repository, repositoryOf(found), "project.repository"),
      same("production branch", settings.project.branch, link?.productionBranch, "project.branch"),
      same("framework", settings.web.framework, found.framework, "web.framework"),
      same("Node.js", settings.web.nodeVersion, found.nodeVersion, "web.nodeVersion"),
      sameMembers("regions", [settings.web.region], regionsOf(found), "web.region"),
    ];
  },
});

function repositoryOf({ link }: VercelProject): string | undefined {
  return link?.org === undefined || link.repo === undefined ? link?.repo : `${link.org}/${link.repo}`;
}

function regionsOf({ resourceConfig, serverlessFunctionRegion }: VercelProject): string[] {
  return (
    resourceConfig?.functionDefaultRegions ?? (serverlessFunctionRegion ? [serverlessFunctionRegion] : [])
  );
}

/** What Vercel's API may call the protection of everything but the production domains. */
const protecting = [
  "all",
  "prod_deployment_urls_and_all_previews",
  "all_except_custom_domains",
  "standard_protection_new",
];

export const vercelProtection = probe({
  name: "vercel-protection",
  items: ["2.9"],
  title: "Previews and generated addresses at Vercel must ask for a login, and forks for permission.",
  needs: ["vendor:vercel"],
  settings: ["accounts.vercelTeam"],
  measure: async (context) => {
    const found = await project(context);
    if (found === undefined) throw noProject(context.settings);
    const type = found.ssoProtection?.deploymentType ?? "none";
    return [
      compare("protection of deployments", {
        expected: "all but the production domains",
        measured: type,
        holds: protecting.includes(type),
      }),
      sameIfTold("permission for forks", true, found.gitForkProtection),
    ];
  },
});

export const vercelDomains = probe({
  name: "vercel-domains",
  items: ["7.6", "7V.4"],
  title: "Each web host must be a verified domain of the Vercel project.",
  needs: ["vendor:vercel"],
  settings: ["domains.web", "domains.redirect"],
  measure: async (context) => {
    const { web, redirect } = context.settings.domains;
    if ((await project(context)) === undefined) throw noProject(context.settings);
    const found = await domains(context);
    return [web, ...(redirect === undefined ? [] : [redirect])].flatMap((host) => {
      const setting = host === web ? "domains.web" : "domains.redirect";
      const domain = found.find(({ name }) => name === host);
      if (domain === undefined) return [absent(`domain ${host}`, "verified", setting)];
      return [
        compare(`domain ${host}`, {
          expected: "verified",
          measured: domain.verified ? "verified" : "not verified",
          holds: domain.verified,
          setting,
        }),
        // A domain of a branch shows previews of it.
        same(`branch of ${host}`, "that of production", domain.gitBranch ?? "that of production", setting),
        ...(host === web
          ? [same(`redirect of ${host}`, "none", domain.redirect ?? "none", setting)]
          : [
              same(`redirect of ${host}`, web, domain.redirect, setting),
              same(`status of that redirect`, 308, domain.redirectStatusCode, setting),
            ]),
      ];
    });
  },
});

export const vercelCertificates = probe({
  name: "vercel-certificates",
  items: ["7V.5"],
  title: "Vercel must find each web host pointing at it, or it cannot renew the certificate.",
  needs: ["vendor:vercel"],
  settings: ["domains.web", "domains.redirect"],
  measure: (context) => {
    const { web, redirect } = context.settings.domains;
    return eachOf(redirect === undefined ? [web] : [web, redirect], String, async (host) => {
      const { misconfigured } = await domainConfig(context, host);
      return [
        compare(`DNS of ${host} as Vercel sees it`, {
          expected: "points at Vercel",
          measured: misconfigured ? "points elsewhere" : "points at Vercel",
          holds: !misconfigured,
          setting: host === web ? "domains.web" : "domains.redirect",
        }),
      ];
    });
  },
});

export const vercelVariables = probe({
  name: "vercel-variables",
  items: ["2.9", "7V.3"],
  title: "Vercel must have every declared variable for production only, and hide those that are secret.",
  needs: ["vendor:vercel"],
  settings: ["web.baseUrl"],
  measure: async (context) => {
    if ((await project(context)) === undefined) throw noProject(context.settings);
    const found = await variables(context);
    const names = environmentNames;
    const secrets: readonly string[] = names.secret;
    return [...secrets, ...names.plain].flatMap((name) => {
      const own = found.filter(({ key }) => key === name);
      const [variable] = own;
      const isSecret = secrets.includes(name);
      const expected = isSecret ? "sensitive, for production only" : "for production only";
      if (variable === undefined) return [absent(name, expected)];
      const targets = [
        ...new Set(
          own.flatMap(({ target = [], customEnvironmentIds = [] }) => [...target, ...customEnvironmentIds]),
        ),
      ];
      const hidden = own.every(({ type }) => type === "sensitive");
      const measured = [
        ...(isSecret ? [hidden ? "sensitive" : `readable (${variable.type})`] : []),
        targets.join() === "production" ? "for production only" : `for ${targets.join(", ") || "nothing"}`,
      ].join(", ");
      return [compare(name, { expected, measured, holds: measured === expected })];
    });
  },
});

/** States of a deployment in which it serves nothing (vercel.com/docs/rest-api). */
const notReady = ["BLOCKED", "BUILDING", "CANCELED", "DELETED", "ERROR", "INITIALIZING", "QUEUED"];

export const vercelDeployment = probe({
  name: "vercel-deployment",
  items: ["S4.2"],
  title: "The deployment that serves the web hosts at Vercel must be ready, and of the release's commit.",
  needs: ["vendor:vercel", "release-commit"],
  settings: ["domains.web", "release"],
  measure: async (context) => {
    const found = await project(context);
    if (found === undefined) throw noProject(context.settings);
    const id = found.targets?.production?.id;
    if (id === undefined) return [absent("production deployment", "ready")];
    const { state, commit } = await serving(context, id);
    const { commit: wanted } = context;
    if (wanted === undefined)
      throw new Unknown("no-data", "VERIFY_COMMIT is not set: which commit is the release?");
    return [
      sameState("state of the production deployment", "READY", state, notReady),
      compare("commit of the production deployment", {
        expected: wanted,
        measured: commit ?? "unknown",
        holds: sameCommit(wanted, commit),
      }),
    ];
  },
});

export const vercelLogs = probe({
  name: "vercel-logs",
  items: ["5.8"],
  title: "Each line that the web application writes must be one JSON object with a level and a message.",
  needs: ["vendor:vercel"],
  settings: ["domains.web"],
  measure: async (context) => {
    const found = await project(context);
    if (found === undefined) throw noProject(context.settings);
    const id = found.targets?.production?.id;
    if (id === undefined) throw new Unknown("no-data", "Vercel has no production deployment");
    return [structuredCheck(context.settings.domains.web, await lines(context, `${found.id} ${id}`))];
  },
});

function noProject(settings: Settings): Unknown {
  return new Unknown("no-data", `Vercel has no project ${nameOf(settings)}`);
}
