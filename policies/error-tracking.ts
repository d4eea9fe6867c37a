import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  judgeEach,
  known,
  policy,
  type Resource,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import type { ErrorProject } from "./model/error-tracking.ts";
import { errorKeys, errorProjects, scrubbings } from "./model/facts.ts";
import { type NamedVariable, variablesNamed } from "./model/generated.ts";
import { isOwnName } from "./model/own-names.ts";
import { releases } from "./model/releases.ts";
import { isDsnOfStack } from "./model/sentry-dsn.ts";
import { applicationHosts, declaredVariables, judgeVariables } from "./model/variables.ts";

// Items 5.1 and 5.2, and of item 4.10 what the error tracker stores. Its alerts are in error-tracking-alerts.ts.

const noProject = "No project at Sentry is declared";

export const errorTrackingProject = policy({
  name: "error-tracking-project",
  items: ["5.1"],
  title: "The stack must declare a project at Sentry, which drops no errors of production.",
  severity: "high",
  fix: "Declare a sentry.Project for the platform, whose filters name single messages, releases and addresses.",
  url: "https://docs.sentry.io/product/projects/",
  check: (stack) =>
    judgeProjects(stack, `${noProject}, so errors are not tracked.`, ({ keeps }) => keeps(releases(stack))),
});

export const errorTrackingOrigins = policy({
  name: "error-tracking-origins",
  items: ["5.1"],
  title: "Every project at Sentry must accept events of browsers only from pages of named hosts.",
  severity: "medium",
  fix: "Set clientSecurity.allowedDomains of the sentry.Project to the origins of the platform's own hosts.",
  url: "https://docs.sentry.io/security-legal-pii/security/security-policy-reporting/",
  check: (stack) =>
    judgeProjects(stack, `${noProject}, so none names the pages that may send it events.`, (project) => {
      const { originsAt: list, origins, isOfPages, hasKey } = project;
      if (hasKeyElsewhere(stack, project) && !(hasKey() && isOfPages())) return true;
      const all = origins();
      if (all.length === 0) {
        return fault(list, "The project accepts events from any page, because allowedDomains is empty.");
      }
      const open = some(all, (origin) => isOpen(origin.string() ?? "*"));
      if (open) return fault(list, "The project accepts events from the pages of any host.");
      const isOwn =
        applicationHosts(stack).length === 0 ||
        some(all, (origin) => isOwnName(stack, hostOf(origin.string() ?? "")));
      return isOwn
        ? judgePages(stack, list, all)
        : fault(list, "The project accepts events from no page of this platform.");
    }),
});

/** Where one project collects all errors, those of the pages at BASE_URL are among them. Throws UnknownRead. */
function judgePages(stack: Stack, list: AnyValue, origins: readonly AnyValue[]): Verdict {
  const url = declaredVariables(stack).find((variable) => known(() => variable.name()) === "BASE_URL");
  const page = URL.parse((url && known(() => url.value.string())) ?? "")?.hostname;
  if (page === undefined || errorProjects(stack).length !== 1) return true;
  const covers = (origin: string): boolean => {
    const host = hostOf(origin);
    const isWild = /^(?:[\w+.-]+:\/\/)?\*\./.test(origin.trim());
    return !/^\s*http:/i.test(origin) && (host === page || (isWild && page.endsWith(`.${host}`)));
  };
  return (
    some(origins, (origin) => covers(origin.string() ?? "")) ||
    fault(list, `The project drops the errors of the pages at ${page}, which allowedDomains does not name.`)
  );
}

export const errorTrackingKey = policy({
  name: "error-tracking-key",
  items: ["5.1"],
  title:
    "Every project at Sentry must have a key that the stack declares, and every key a rate limit that leaves room for errors, or Sentry's protection against spikes.",
  severity: "high",
  fix: "Declare a sentry.Key for the project with rateLimitCount and rateLimitWindow, such as 300 events in 60 seconds.",
  url: "https://docs.sentry.io/pricing/quotas/manage-event-stream-guide/",
  check: (stack) => [
    ...judgeProjects(
      stack,
      `${noProject}, so none has a key.`,
      (project) =>
        project.hasKey() ||
        hasKeyElsewhere(stack, project) ||
        `${project.resource.name} has no key that the stack declares.`,
    ),
    ...errorKeys(stack).map(({ resource, isLimited }) => judge(resource, isLimited)),
  ],
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
        applicationHosts(stack),
        "No host of the application is declared, so none reports its errors.",
        ({ resource }) =>
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
    ...errorKeys(stack).map(({ resource, isDiscreet }) => judge(resource, isDiscreet)),
    ...scrubbings(stack).map(({ resource, isOn }) => judge(resource, isOn)),
    ...judgeVariables(
      stack,
      (name) => sendsMore.has(name),
      (value, name) => isOff(value) || `${name} is set, which sends personal data with each error.`,
    ),
  ],
});

/** Whether the stack sends events to another project: one without a key of the stack is for something else. */
const hasKeyElsewhere = (stack: Stack, project: ErrorProject): boolean =>
  errorProjects(stack).some(
    (other) => other.resource !== project.resource && other.isOfPages() && other.hasKey(),
  );

/** What an origin of allowedDomains is for: `https://*.example.com:8443` is for example.com. */
const hostOf = (origin: string): string =>
  origin
    .trim()
    .toLowerCase()
    .replace(/^[\w+.-]+:\/\//, "")
    .replace(/[:/].*$/, "")
    .replace(/^\*\./, "");

function judgeProjects(stack: Stack, absent: string, test: (project: ErrorProject) => Verdict): Finding[] {
  return judgeEach(errorProjects(stack), absent, test);
}

/** `*`, also with a scheme or a port. */
const isOpen = (origin: string): boolean => /^(?:[\w+.-]+:\/\/)?\*(?::(?:\d+|\*))?\/?$/.test(origin.trim());

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

/** Variables by which SDKs of Sentry send addresses, cookies and bodies, or local variables. */
const sendsMore: ReadonlySet<string> = new Set(["SENTRY_SEND_DEFAULT_PII", "SENTRY_INCLUDE_LOCAL_VARIABLES"]);

const isOff = (value: string): boolean =>
  ["", "0", "false", "off", "no"].includes(value.trim().toLowerCase());

const holdsSecretKey = (value: string): boolean => URL.canParse(value) && new URL(value).password !== "";
