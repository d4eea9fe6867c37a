import type { KeyArgs, ProjectArgs } from "@pulumi/sentry";
import {
  type AnyValue,
  fault,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "../../framework/index.ts";
import type { ErrorKey, ErrorProject, Scrubbing } from "../../model/error-tracking.ts";
import { belongsTo } from "../../model/links.ts";
import type {
  SentryKeyArgs,
  SentryOrganizationDataScrubbingArgs,
  SentryProjectArgs,
} from "../../model/other-args.ts";
import { isSecretName } from "../../model/secret-names.ts";
import { sentry } from "../../model/tokens.ts";

/** Of a plan that has a million events a month these are used up within an hour. */
const mostPerMinute = 20_000;

/** Filters that match whatever comes. Throws UnknownRead. */
function judgeFilters(project: ResourceOf<ProjectArgs>): Verdict {
  for (const kind of ["errorMessages", "releases", "blacklistedIps"] as const) {
    const filter = project.at("filters", kind);
    const all = filter.items().find((item) => matchesAll(item.string() ?? ""));
    if (all !== undefined) {
      return fault(
        all,
        `${project.name} drops every event: ${JSON.stringify(all.string())} in ${kind} matches all.`,
      );
    }
  }
  return true;
}

const matchesAll = (filter: string): boolean =>
  filter.includes("*") ? !/[^*?\s]/.test(filter) : /^(?:0\.0\.0\.0|::)\/0$/.test(filter);

/** One fault in a loop reports itself as often, and hides every other while the key takes no more. */
const fewestPerMinute = 10;

const longestWindow = 3600;

/** A project is named by its slug, which is its id as well. */
function isOf(key: ResourceOf<KeyArgs>, project: ResourceOf<ProjectArgs>): boolean {
  if (belongsTo(key, "project", project)) {
    return true;
  }
  if (key.dependenciesOf("project").length > 0) {
    return false;
  }
  const slug = project.at("slug");
  return slug.exists && key.at("project").string() === slug.string();
}

const isPositive = (...figures: readonly AnyValue[]): boolean =>
  figures.every((figure) => (figure.number() ?? 0) > 0);

function judgeLoader(key: ResourceOf<KeyArgs>): Verdict {
  const replay = key.at("javascriptLoaderScript", "sessionReplayEnabled");
  if (replay.boolean() === true) {
    return fault(replay, "The loader script of the key records what people see and type.");
  }
  const debug = key.at("javascriptLoaderScript", "debugEnabled");
  return debug.boolean() !== true || fault(debug, "The loader script of the key prints every event.");
}

/** In that resource the scrubbers are off where they are left out. */
function judgeScrubbing(scrubbing: ResourceOf<SentryOrganizationDataScrubbingArgs>): Verdict {
  const off = (["dataScrubber", "dataScrubberDefaults"] as const).find(
    (it) => scrubbing.at(it).boolean() !== true,
  );
  return (
    off === undefined ||
    fault(scrubbing.at(off), `${off} is not true, so a project may store passwords and card numbers.`)
  );
}

/** Projects, which collect errors. */
export const errorProjects = (stack: Stack): ErrorProject[] => {
  const keys = stack.ofType(...sentry.key);
  return stack.ofType(...sentry.project).map((project) => {
    const list = project.at("clientSecurity", "allowedDomains");
    return {
      resource: project,
      keeps: () => judgeFilters(project),
      hasKey: () => some(keys, (key) => isOf(key, project)),
      originsAt: list,
      origins: () => list.items(),
    };
  });
};

/** Keys of projects, which are in every page. */
export const errorKeys = (stack: Stack): ErrorKey[] =>
  stack.ofType(...sentry.key).map((key) => ({
    resource: key,
    isLimited: () => judgeLimit(key),
    isDiscreet: () => judgeLoader(key),
  }));

export const scrubbings = (stack: Stack): Scrubbing[] => [
  ...stack
    .ofType(sentry.organizationScrubbing)
    .map((scrubbing) => ({ resource: scrubbing, isOn: () => judgeScrubbing(scrubbing) })),
  ...stack
    .ofType(...sentry.project)
    .map((project) => ({ resource: project, isOn: () => judgeProjectScrubbing(project) })),
];

/** A project's scrubbers are on where they are left out; fields that it calls safe are stored as they are. */
function judgeProjectScrubbing(project: ResourceOf<SentryProjectArgs>): Verdict {
  const off = (["dataScrubber", "dataScrubberDefaults"] as const).find(
    (it) => project.at(it).boolean() === false,
  );
  if (off !== undefined) {
    return fault(
      project.at(off),
      `${off} of ${project.name} is false, so it stores passwords and card numbers.`,
    );
  }
  const safe = project
    .at("safeFields")
    .items()
    .find((field) => field.string() === "*" || isSecretName(field.string() ?? ""));
  return (
    safe === undefined || fault(safe, `${project.name} stores the field ${safe.string()} as it is sent.`)
  );
}

function judgeLimit(key: ResourceOf<SentryKeyArgs>): Verdict {
  if (key.at("isActive").boolean() === false) {
    return fault(
      key.at("isActive"),
      "The key is switched off, so Sentry drops every event that is sent with it.",
    );
  }
  const perMinute =
    ((key.at("rateLimitCount").number() ?? 0) * 60) / (key.at("rateLimitWindow").number() ?? 60);
  if (perMinute > mostPerMinute) {
    return fault(
      key.at("rateLimitCount"),
      `The key takes ${Math.round(perMinute)} events a minute, which no quota holds for long.`,
    );
  }
  const window = key.at("rateLimitWindow");
  if (perMinute > 0 && (perMinute < fewestPerMinute || (window.number() ?? 0) > longestWindow)) {
    return fault(
      key.at("rateLimitCount"),
      `The key takes ${key.at("rateLimitCount").number()} events in ${window.number()} seconds, and Sentry drops all that come after them.`,
    );
  }
  return (
    isPositive(key.at("rateLimitCount"), window) ||
    fault(
      key.at("rateLimitCount"),
      "The key has no rate limit. It is in every page, so anybody can use up the quota with it.",
    )
  );
}
