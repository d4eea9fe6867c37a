import type { KeyArgs, ProjectArgs } from "@pulumi/sentry";
import {
  type AnyValue,
  fault,
  judge,
  judgeEach,
  known,
  policy,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { type NamedVariable, variablesNamed } from "./model/generated.ts";
import { belongsTo } from "./model/links.ts";
import type { SentryOrganizationDataScrubbingArgs } from "./model/other-args.ts";
import { isOwnName } from "./model/own-names.ts";
import { isDsnOfStack } from "./model/sentry-dsn.ts";
import { sentry } from "./model/tokens.ts";
import { applicationHosts, judgeVariables } from "./model/variables.ts";

// Items 5.1 and 5.2, and of item 4.10 what the error tracker stores. Its alerts are in error-tracking-alerts.ts.

const noProject = "No project at Sentry is declared";

export const errorTrackingProject = policy({
  name: "error-tracking-project",
  items: ["5.1"],
  title: "The stack must declare a project at Sentry, which drops no errors of production.",
  severity: "high",
  fix: "Declare a sentry.Project for the platform, whose filters name single messages, releases and addresses.",
  url: "https://docs.sentry.io/product/projects/",
  check: (stack) => judgeEach(projects(stack), `${noProject}, so errors are not tracked.`, judgeFilters),
});

export const errorTrackingOrigins = policy({
  name: "error-tracking-origins",
  items: ["5.1"],
  title: "Every project at Sentry must accept events of browsers only from pages of named hosts.",
  severity: "medium",
  fix: "Set clientSecurity.allowedDomains of the sentry.Project to the origins of the platform's own hosts.",
  url: "https://docs.sentry.io/security-legal-pii/security/security-policy-reporting/",
  check: (stack) =>
    judgeEach(
      projects(stack),
      `${noProject}, so none names the pages that may send it events.`,
      (project) => {
        const list = project.at("clientSecurity", "allowedDomains");
        const origins = list.items();
        if (origins.length === 0) {
          return fault(list, "The project accepts events from any page, because allowedDomains is empty.");
        }
        const open = some(origins, (origin) => isOpen(origin.string() ?? "*"));
        if (open) return fault(list, "The project accepts events from the pages of any host.");
        return (
          applicationHosts(stack).length === 0 ||
          some(origins, (origin) => isOwnName(stack, hostOf(origin.string() ?? ""))) ||
          fault(list, "The project accepts events from no page of this platform.")
        );
      },
    ),
});

export const errorTrackingKey = policy({
  name: "error-tracking-key",
  items: ["5.1"],
  title:
    "Every project at Sentry must have a key that the stack declares, and every key a rate limit that leaves room for errors.",
  severity: "high",
  fix: "Declare a sentry.Key for the project with rateLimitCount and rateLimitWindow, such as 300 events in 60 seconds.",
  url: "https://docs.sentry.io/pricing/quotas/manage-event-stream-guide/",
  check: (stack) => {
    const keys = stack.ofType(...sentry.key);
    return [
      ...judgeEach(
        projects(stack),
        `${noProject}, so none has a key.`,
        (project) =>
          some(keys, (key) => isOf(key, project)) || `${project.name} has no key that the stack declares.`,
      ),
      ...keys.map((key) =>
        judge(key, () => {
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
        }),
      ),
    ];
  },
});

export const sentryDsnWired = policy({
  name: "sentry-dsn-wired",
  items: ["5.2"],
  title: "SENTRY_DSN of every host must be the DSN of a key that this stack declares.",
  severity: "high",
  fix: "Make the variable SENTRY_DSN of each host from the output dsn of the stack's own sentry.Key.",
  check: (stack) => {
    const { variables, undecided } = variablesNamed(stack, "SENTRY_DSN");
    return [
      ...judgeEach(
        applicationHosts(stack).map(({ resource }) => resource),
        "No host of the application is declared, so none reports its errors.",
        (resource) =>
          hasDsn(stack, resource) || `${resource.name} has no variable SENTRY_DSN for production.`,
      ),
      ...variables.map((variable) => judge(variable.resource, () => judgeDsn(stack, variable))),
      ...undecided,
    ];
  },
});

export const errorTrackingScrubs = policy({
  name: "error-tracking-scrubs",
  items: ["4.10"],
  title: "The error tracker must not store what Sentry scrubs by default, and must not record pages.",
  severity: "high",
  fix: "Leave Sentry's scrubbers on, the loader script's session replay and debug output off, and SENTRY_SEND_DEFAULT_PII unset.",
  url: "https://docs.sentry.io/security-legal-pii/scrubbing/server-side-scrubbing/",
  check: (stack) => [
    ...stack.ofType(...sentry.key).map((key) => judge(key, () => judgeLoader(key))),
    ...stack
      .ofType(sentry.organizationScrubbing)
      .map((scrubbing) => judge(scrubbing, () => judgeScrubbing(scrubbing))),
    ...judgeVariables(
      stack,
      (name) => sendsMore.has(name),
      (value, name) => isOff(value) || `${name} is set, which sends personal data with each error.`,
    ),
  ],
});

/** Of a plan that has a million events a month these are used up within an hour. */
const mostPerMinute = 20_000;

/** What an origin of allowedDomains is for: `https://*.example.com:8443` is for example.com. */
const hostOf = (origin: string): string =>
  origin
    .trim()
    .toLowerCase()
    .replace(/^[\w+.-]+:\/\//, "")
    .replace(/[:/].*$/, "")
    .replace(/^\*\./, "");

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

const projects = (stack: Stack) => stack.ofType(...sentry.project);

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

/** `*`, also with a scheme or a port. */
const isOpen = (origin: string): boolean => /^(?:[\w+.-]+:\/\/)?\*(?::(?:\d+|\*))?\/?$/.test(origin.trim());

const isPositive = (...figures: readonly AnyValue[]): boolean =>
  figures.every((figure) => (figure.number() ?? 0) > 0);

function hasDsn(stack: Stack, host: Resource): boolean {
  const variables = applicationHosts(stack).find(({ resource }) => resource === host)?.variables ?? [];
  return some(variables, (variable) => variable.name() === "SENTRY_DSN");
}

function judgeDsn(stack: Stack, variable: NamedVariable): Verdict {
  const { value } = variable;
  if (holdsSecretKey(known(() => value.string()) ?? "")) {
    return fault(
      value,
      "SENTRY_DSN contains the secret key of its project, which current clients do not need.",
    );
  }
  return (
    isDsnOfStack(stack, variable) ||
    fault(value, "SENTRY_DSN is not made from a key at Sentry that this stack declares.")
  );
}

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

/** Variables by which SDKs of Sentry send addresses, cookies and bodies, or local variables. */
const sendsMore: ReadonlySet<string> = new Set(["SENTRY_SEND_DEFAULT_PII", "SENTRY_INCLUDE_LOCAL_VARIABLES"]);

const isOff = (value: string): boolean =>
  ["", "0", "false", "off", "no"].includes(value.trim().toLowerCase());

const holdsSecretKey = (value: string): boolean => URL.canParse(value) && new URL(value).password !== "";
