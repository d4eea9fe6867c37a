import { environmentNames } from "../../config/environment-names.ts";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { listedSome } from "../../lib/text.ts";
import { Render } from "../../vendors/render.ts";
import type { Context } from "../context.ts";
import { compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same, sameCommit, sameMembers } from "./checks.ts";
import { structuredCheck } from "./log-lines.ts";
import { question } from "./question.ts";

const clientOf = (settings: Settings, access: ConstructorParameters<typeof Render>[1]) =>
  new Render(settings.accounts.renderOwner, access);

const nameOf = ({ project, stage }: Settings) => vendorName(project, stage, "api");

const owner = question(({ settings }, access) => clientOf(settings, access).owner());

const services = question(({ settings }, access) => clientOf(settings, access).services(nameOf(settings)));

const suspended = question(({ settings }, access) => clientOf(settings, access).suspendedServices());

const customDomains = question(({ settings }, access, id) => clientOf(settings, access).customDomains(id));

const groups = question(({ settings }, access) =>
  clientOf(settings, access).variableGroups(nameOf(settings)),
);

const group = question(({ settings }, access, id) => clientOf(settings, access).variableGroup(id));

const lines = question(({ settings }, access, id) => clientOf(settings, access).lines(id));

const deploys = question(({ settings }, access, id) => clientOf(settings, access).deploys(id, 100));

/** The declared service, where the workspace has it; an empty list of a workspace that cannot be read says nothing. */
async function service(context: Context) {
  const found = await services(context);
  const own = found.find(({ type, name }) => type === "web_service" && name === nameOf(context.settings));
  if (own === undefined) await owner(context);
  return own;
}

async function neededService(context: Context) {
  const own = await service(context);
  if (own !== undefined) return own;
  throw new Unknown("no-data", `Render has no web service ${nameOf(context.settings)}`);
}

/** Who at Render suspends services because of the account, and not of what runs (api-docs.render.com). */
const suspendersOfAccounts = ["billing", "admin", "hipaa_enablement"];

export const renderAccount = probe({
  name: "render-account",
  items: ["7.2"],
  title: "The Render workspace must be the declared one, and Render must have suspended nothing in it.",
  needs: ["vendor:render"],
  settings: ["accounts.renderOwner"],
  measure: async (context) => {
    const { id } = await owner(context);
    const found = await suspended(context);
    const stopped = found.filter(({ suspenders = [] }) =>
      suspenders.some((who) => suspendersOfAccounts.includes(who)),
    );
    const named = stopped.map(({ name, suspenders = [] }) => `${name} (${suspenders.join(", ")})`);
    const untold = found.find(({ suspenders }) => suspenders === undefined);
    const subject = "services that Render suspended because of the account";
    return [
      same("workspace", context.settings.accounts.renderOwner, id, "accounts.renderOwner"),
      stopped.length === 0 && untold !== undefined
        ? unknownCheck(subject, new Unknown("no-data", `Render does not say who suspended ${untold.name}`))
        : compare(subject, {
            expected: "none",
            measured: listedSome(named, 5) || "none",
            holds: stopped.length === 0,
            setting: "accounts.renderOwner",
          }),
    ];
  },
});

export const renderService = probe({
  name: "render-service",
  items: ["7R.1", "7.5"],
  title: "The Render service must run the declared branch in the declared region.",
  needs: ["vendor:render"],
  settings: ["api.region", "project.repository", "project.branch"],
  measure: async (context) => {
    const { settings } = context;
    const own = await service(context);
    if (own === undefined) return [absent("web service", nameOf(settings), "project.name")];
    const repository = `https://github.com/${settings.project.repository}`;
    return [
      same("state of the service", "not_suspended", own.suspended),
      same("repository", repository, own.repo?.replace(/\.git$/, ""), "project.repository"),
      same("branch", settings.project.branch, own.branch, "project.branch"),
      same("region", settings.api.region, own.serviceDetails?.region, "api.region"),
    ];
  },
});

export const renderPlan = probe({
  name: "render-plan",
  items: ["7.3"],
  title: "The Render service must have the declared plan.",
  needs: ["vendor:render"],
  settings: ["api.plan"],
  measure: async (context) => {
    const { serviceDetails } = await neededService(context);
    return [same("plan of the service", context.settings.api.plan, serviceDetails?.plan, "api.plan")];
  },
});

export const renderScaling = probe({
  name: "render-scaling",
  items: ["7.4"],
  title: "The Render service must scale between the declared numbers of instances.",
  needs: ["vendor:render"],
  settings: ["api.scaling.min", "api.scaling.max"],
  measure: async (context) => {
    const { scaling } = context.settings.api;
    const details = (await neededService(context)).serviceDetails;
    const served = details?.autoscaling;
    const enabled = same("autoscaling", scaling.enabled, served?.enabled ?? false, "api.scaling.enabled");
    if (!scaling.enabled) {
      return [enabled, same("instances", scaling.min, details?.numInstances, "api.scaling.min")];
    }
    const { cpu, memory } = served?.criteria ?? {};
    return [
      enabled,
      same("least instances", scaling.min, served?.min, "api.scaling.min"),
      same("most instances", scaling.max, served?.max, "api.scaling.max"),
      same(
        "CPU target",
        scaling.cpuPercent,
        cpu?.enabled ? cpu.percentage : null,
        "api.scaling.cpuPercent",
        "%",
      ),
      same(
        "memory target",
        scaling.memoryPercent,
        memory?.enabled ? memory.percentage : null,
        "api.scaling.memoryPercent",
        "%",
      ),
    ];
  },
});

export const renderHealthCheck = probe({
  name: "render-health-check",
  items: ["5.7", "7R.4"],
  title: "Render must check the health of the service at the declared path.",
  needs: ["vendor:render"],
  settings: ["api.healthCheckPath"],
  measure: async (context) => {
    const { serviceDetails } = await neededService(context);
    const wanted = context.settings.api.healthCheckPath;
    return [same("health check path", wanted, serviceDetails?.healthCheckPath, "api.healthCheckPath")];
  },
});

export const renderAutoDeploy = probe({
  name: "render-auto-deploy",
  items: ["7R.5"],
  title: "What begins a deploy at Render must be as declared.",
  needs: ["vendor:render"],
  settings: ["api.autoDeploy"],
  measure: async (context) => {
    const { autoDeployTrigger, autoDeploy } = await neededService(context);
    const found = autoDeployTrigger ?? (autoDeploy === "no" ? "off" : autoDeploy && "commit");
    return [same("trigger of a deploy", context.settings.api.autoDeploy, found, "api.autoDeploy")];
  },
});

export const renderDomain = probe({
  name: "render-domain",
  items: ["7.6"],
  title: "The API host must be a verified domain of the Render service.",
  needs: ["vendor:render"],
  settings: ["domains.api"],
  measure: async (context) => {
    const { api } = context.settings.domains;
    const found = await customDomains(context, (await neededService(context)).id);
    const domain = found.find(({ name }) => name === api);
    return [same(`domain ${api}`, "verified", domain?.verificationStatus, "domains.api")];
  },
});

export const renderVariables = probe({
  name: "render-variables",
  items: ["2.9", "7R.3"],
  title: "The Render service must be linked to a group with every declared variable.",
  needs: ["vendor:render"],
  settings: ["accounts.renderOwner"],
  measure: async (context) => {
    const own = await neededService(context);
    const name = nameOf(context.settings);
    const listed = (await groups(context)).find((each) => each.name === name);
    if (listed === undefined) return [absent("group of variables", name)];
    const found = await group(context, listed.id);
    const linked = found.serviceLinks.some(({ id }) => id === own.id);
    return [
      compare("group of variables", {
        expected: `linked to ${own.name}`,
        measured: linked ? `linked to ${own.name}` : "not linked",
        holds: linked,
      }),
      sameMembers(
        "variables of the group",
        [...environmentNames.secret, ...environmentNames.plain],
        found.envVars.map(({ key }) => key),
      ),
    ];
  },
});

export const renderDeploy = probe({
  name: "render-deploy",
  items: ["S4.2"],
  title: "The deploy that is live at Render must be of the release's commit.",
  needs: ["vendor:render", "release-commit"],
  settings: ["domains.api", "release"],
  measure: async (context) => {
    const found = await deploys(context, (await neededService(context)).id);
    const live = found.find(({ status }) => status === "live");
    if (live === undefined) return [absent("live deploy", "of the release")];
    const { commit: wanted } = context;
    if (wanted === undefined)
      throw new Unknown("no-data", "VERIFY_COMMIT is not set: which commit is the release?");
    return [
      compare("commit of the live deploy", {
        expected: wanted,
        measured: live.commit ?? "unknown",
        holds: sameCommit(wanted, live.commit),
      }),
    ];
  },
});

export const renderLogs = probe({
  name: "render-logs",
  items: ["5.8"],
  title: "Each line that the API writes must be one JSON object with a level and a message.",
  needs: ["vendor:render"],
  settings: ["domains.api"],
  measure: async (context) => [
    structuredCheck(context.settings.domains.api, await lines(context, (await neededService(context)).id)),
  ],
});
