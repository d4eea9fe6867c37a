import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { Sentry } from "../../vendors/sentry.ts";
import type { Context } from "../context.ts";
import { compare, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, ageOf, same, sameIfTold, sameMembers } from "./checks.ts";
import { present, question } from "./question.ts";

export const sentryOf = ({ settings }: Context, access: ConstructorParameters<typeof Sentry>[1]) =>
  new Sentry(settings.errorTracking, access);

const project = question((context, access) => {
  const client = sentryOf(context, access);
  return present(client.project(projectSlug(context.settings)), () => client.alerts());
});

const keys = question((context, access) => sentryOf(context, access).keys(projectSlug(context.settings)));

const alerts = question((context, access) => sentryOf(context, access).alerts());

const monitors = question((context, access, id) => sentryOf(context, access).monitors(id));

const checkIns = question((context, access, slug) =>
  sentryOf(context, access).checkIns(projectSlug(context.settings), slug),
);

const releases = question(async (context, access, version) => {
  const { id } = await neededProject(context);
  return sentryOf(context, access).releases(id, version);
});

const newIssues = question(async (context, access, version) => {
  const { id } = await neededProject(context);
  // A version has no quotes: the settings and VERIFY_COMMIT are checked.
  const query = `is:unresolved level:[error,fatal] firstRelease:"${version}"`;
  return sentryOf(context, access).issues(id, query);
});

export function projectSlug({ project: { name }, stage }: Settings): string {
  return vendorName({ name }, stage, "app");
}

async function neededProject(context: Context) {
  const own = await project(context);
  if (own !== undefined) return own;
  throw new Unknown("no-data", `Sentry has no project ${projectSlug(context.settings)}`);
}

export const sentryProject = probe({
  name: "sentry-project",
  items: ["5.1"],
  title: "The Sentry project must be active, with a key of the declared rate limit.",
  needs: ["vendor:sentry"],
  settings: ["errorTracking.organization", "errorTracking.keyRateLimit"],
  measure: async (context) => {
    const { settings } = context;
    const { keyRateLimit } = settings.errorTracking;
    const own = await project(context);
    if (own === undefined) return [absent("project", projectSlug(settings), "errorTracking.organization")];
    const name = vendorName(settings.project, settings.stage, "hosts");
    const key = (await keys(context)).find((one) => one.name === name);
    const limit = "errorTracking.keyRateLimit";
    return [
      same("state of the project", "active", own.status),
      same(`key ${name}`, "active", key && (key.isActive ? "active" : "switched off"), limit),
      same("events of the key", keyRateLimit.count, key?.rateLimit?.count, `${limit}.count`),
      same(
        "seconds of that limit",
        keyRateLimit.windowSeconds,
        key?.rateLimit?.window,
        `${limit}.windowSeconds`,
        "s",
      ),
    ];
  },
});

/** Names of fields whose values nobody should read; `*` is each of them. */
const telling =
  /pass(?:word|wd|phrase)|secret|token|auth|credential|card|cvc|cvv|iban|ssn|session|cookie|api_?key|private|^\*+$/i;

export const sentryScrubbing = probe({
  name: "sentry-scrubbing",
  items: ["4.10"],
  title: "Sentry must take passwords, tokens and card numbers out of events.",
  needs: ["vendor:sentry"],
  settings: ["errorTracking.organization"],
  measure: async (context) => {
    const { dataScrubber, dataScrubberDefaults, safeFields } = await neededProject(context);
    const kept = safeFields?.filter((name) => telling.test(name)).join(", ");
    return [
      same("data scrubber", true, dataScrubber, "errorTracking.organization"),
      same("its defaults", true, dataScrubberDefaults, "errorTracking.organization"),
      sameIfTold("secret fields that it leaves in", "none", kept === "" ? "none" : kept),
    ];
  },
});

export const sentryAlerts = probe({
  name: "sentry-alerts",
  items: ["5.1", "5.6"],
  title: "Sentry must have every declared monitor and alert, switched on and connected.",
  needs: ["vendor:sentry"],
  settings: ["errorTracking.organization"],
  measure: async (context) => {
    const { id } = await neededProject(context);
    const [watching, alerting] = [await monitors(context, id), await alerts(context)];
    const named = (part: string) => vendorName(context.settings.project, context.settings.stage, part);
    const setting = "errorTracking.organization";
    const on = (subject: string, found: { enabled: boolean } | undefined) =>
      same(subject, "on", found && (found.enabled ? "on" : "off"), setting);
    const names = ["error-rate", "web-health", "api-health", "backup"].map(named);
    const incidents = alerting.find(({ name }) => name === named("incidents"));
    const connected = new Set(incidents?.detectorIds ?? []);
    return [
      ...names.map((name) =>
        on(
          `monitor ${name}`,
          watching.find((one) => one.name === name),
        ),
      ),
      ...["issues", "incidents"].map(named).map((name) =>
        on(
          `alert ${name}`,
          alerting.find((one) => one.name === name),
        ),
      ),
      sameMembers(
        `monitors of ${named("incidents")}`,
        names,
        watching.filter((one) => connected.has(one.id)).map(({ name }) => name),
        setting,
      ),
    ];
  },
});

export const backupCheckedIn = probe({
  name: "backup-checked-in",
  items: ["3.2", "8.2"],
  title: "The backup job must have told Sentry of its success within the objective.",
  needs: ["vendor:sentry"],
  settings: ["objectives.rpoMinutes", "backups.schedule"],
  measure: async (context) => {
    const { objectives, backups, project: of, stage } = context.settings;
    const found = await checkIns(context, vendorName(of, stage, "backup"));
    if (found.length === 0) throw new Unknown("no-data", "Sentry lists no check-in of the backup job");
    const moments = found
      .filter(({ status }) => status === "ok")
      .map(({ dateAdded, dateCreated }) => Date.parse(dateAdded ?? dateCreated ?? ""));
    const most = objectives.rpoMinutes + backups.graceMinutes;
    const subject = "age of the newest backup";
    const newest = ageOf(subject.replace("age of the ", ""), moments, context.clock.now());
    if (newest === undefined) return [absent(subject, `at most ${most} min`, "objectives.rpoMinutes")];
    const age = Math.round(newest / 60_000);
    return [
      compare(subject, {
        expected: `at most ${most}`,
        measured: age,
        unit: "min",
        holds: age <= most,
        setting: "objectives.rpoMinutes",
      }),
    ];
  },
});

export const noNewIssues = probe({
  name: "no-new-issues",
  items: ["S5.4", "H1.4", "OK.5"],
  title: "Sentry must have no open error that was first seen in the release.",
  needs: ["vendor:sentry", "release-commit"],
  settings: ["release"],
  measure: async (context) => {
    const version = await releaseOf(context);
    const found = await newIssues(context, version);
    const shown = found.map(({ shortId, id }) => shortId ?? id);
    return [sameMembers(`open errors first seen in ${version}`, [], shown.slice(0, 20), "release")];
  },
});

/** The version by which the application names the release at Sentry: its commit, or its version. */
async function releaseOf(context: Context): Promise<string> {
  const { release, project: of } = context.settings;
  for (const candidate of [context.commit, release]) {
    if (candidate === undefined) continue;
    const names = [candidate, `${of.name}@${candidate}`];
    const found = (await releases(context, candidate)).find(
      ({ version }) =>
        names.includes(version) || (candidate === context.commit && version.startsWith(candidate)),
    );
    if (found !== undefined) return found.version;
  }
  throw new Unknown("no-data", `Sentry has heard of no release ${release}: name it in the application's SDK`);
}
