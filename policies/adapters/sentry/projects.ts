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
import { isOn } from "../../model/given.ts";
import { belongsTo } from "../../model/links.ts";
import type {
  SentryKeyArgs,
  SentryOrganizationDataScrubbingArgs,
  SentryProjectArgs,
} from "../../model/other-args.ts";
import { isSecretName } from "../../model/secret-names.ts";
import { sentry } from "../../model/tokens.ts";
import { starForm } from "../../values/star-pattern.ts";

/** Of a plan that has a million events a month these are used up within an hour. */
const mostPerMinute = 20_000;

/** Filters that match whatever comes. Throws UnknownRead. */
function judgeFilters(project: ResourceOf<ProjectArgs>, releases: readonly string[]): Verdict {
  const wide = project
    .at("filters", "errorMessages")
    .items()
    .find((item) => dropsAKind(item.string() ?? ""));
  if (wide !== undefined) {
    return fault(
      wide,
      `${project.name} drops errors whatever they say: ${JSON.stringify(wide.string())} in errorMessages.`,
      "Name the messages that are dropped, such as ResizeObserver loop*.",
    );
  }
  const rules = project.at("fingerprintingRules");
  const joined = (rules.string() ?? "").split("\n").find(joinsAll);
  if (joined !== undefined) {
    return fault(
      rules,
      `${project.name} puts every error into one issue, of which only the first is new: ${joined.trim()}`,
      "Let each rule of fingerprintingRules ask for one kind of error, or end in {{ default }}.",
    );
  }
  for (const [kind, most] of longestDigests) {
    const wait = project.at(kind);
    if ((wait.number() ?? 0) > most) {
      return fault(wait, `${project.name} keeps messages back for ${wait.number()} seconds: ${kind}.`);
    }
  }
  const current = project
    .at("filters", "releases")
    .items()
    .find((item) => releases.some((release) => dropsRelease(item.string() ?? "", release)));
  if (current !== undefined) {
    return fault(
      current,
      `${project.name} drops every event of the release that goes out: ${JSON.stringify(current.string())} in releases.`,
      "Name releases that are no longer out.",
    );
  }
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

/** Networks larger than any provider's are everybody's. */
const matchesAll = (filter: string): boolean =>
  filter.includes("*")
    ? !/[^*?\s]/.test(filter)
    : /^[\d.]+\/[0-7]$|^[\da-f:]*:[\da-f:]*\/(?:\d|1[0-5])$/i.test(filter);

/** Seconds for which Sentry may collect messages before it sends them as one. */
const longestDigests = [
  ["digestsMinDelay", 3600],
  ["digestsMaxDelay", 6 * 3600],
] as const;

/** `type:* -> everything`: whatever the error is, it is the same issue. */
function joinsAll(line: string): boolean {
  const [, matchers = "", fingerprint = ""] = /^\s*(?!#)(.*?)->(.*)$/.exec(line) ?? [];
  const patterns = [...matchers.matchAll(/!?[\w.]+:(?:"([^"]*)"|(\S+))/g)];
  const isWide =
    patterns.length > 0 &&
    patterns.every(([whole, quoted, bare]) => !whole.startsWith("!") && /^\*+$/.test(quoted ?? bare ?? ""));
  return isWide && !/\{\{/.test(fingerprint);
}

/** As Sentry compares: the whole text, without regard to case, where an asterisk stands for anything. */
const glob = (pattern: string): RegExp => new RegExp(`^${starForm(pattern.trim())}$`, "is");

/** Errors of programs, each with a message that no filter can mean. */
const anyErrors = [
  "Error",
  "TypeError",
  "ReferenceError",
  "RangeError",
  "AggregateError",
  "HttpException",
  "InternalServerError",
  "PrismaClientKnownRequestError",
  "UnhandledPromiseRejection",
].map((name) => `${name}: qzjx 7193 vwkp`);

function dropsAKind(pattern: string): boolean {
  const expression = glob(pattern);
  return anyErrors.some((message) => expression.test(message));
}

/** The version alone, or behind a name, as in shop@3.0.0. */
function dropsRelease(pattern: string, release: string): boolean {
  const [, name = "", version = ""] = /^(?:(.*)@)?([^@]*)$/.exec(pattern.trim()) ?? [];
  const isOld = name !== "" && /^(?:old|legacy|former)/i.test(name);
  return !isOld && [release, `v${release}`].some((text) => glob(version).test(text));
}

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
      keeps: (releases) => judgeFilters(project, releases),
      hasKey: () => some(keys, (key) => isOf(key, project)),
      isOfPages: () => !ofApps.test(project.at("platform").string() ?? ""),
      originsAt: list,
      origins: () => list.items(),
    };
  });
};

/** Platforms whose SDKs send no origin: https://docs.sentry.io/platforms/ */
const ofApps =
  /^(?:android|apple|cocoa|capacitor|cordova|dart|dotnet-(?:maui|xamarin)|flutter|ionic|kotlin|react-native|unity|unreal|native)/;

/** Keys of projects, which are in every page. */
export const errorKeys = (stack: Stack): ErrorKey[] =>
  stack.ofType(...sentry.key).map((key) => ({
    resource: key,
    isLimited: () => judgeLimit(stack, key),
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

/** Sentry protects each project against spikes, until somebody switches that off. */
const mayHaveSpikes = (stack: Stack): boolean =>
  stack.ofType(sentry.spikeProtection).some((protection) => !isOn(protection.at("enabled")));

function judgeLimit(stack: Stack, key: ResourceOf<SentryKeyArgs>): Verdict {
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
    (!key.at("rateLimitCount").exists && !mayHaveSpikes(stack)) ||
    fault(
      key.at("rateLimitCount"),
      "The key has no rate limit, and the spike protection of Sentry is off. The key is in every page, so anybody can use up the quota with it.",
    )
  );
}
