import { parseJson } from "../../../lib/json.ts";
import { at, textAt } from "./read.ts";
import type { FakeAnswer, FakeVendor } from "./server.ts";

export interface FakeSentryState {
  readonly organization: string;
  projects: {
    id: string;
    slug: string;
    status: string;
    dataScrubber: boolean;
    dataScrubberDefaults: boolean;
    safeFields: string[];
  }[];
  keys: {
    id: string;
    name: string;
    public: string;
    isActive: boolean;
    rateLimit: { count: number; window: number } | null;
  }[];
  alerts: { id: string; name: string; enabled: boolean; detectorIds: string[] }[];
  monitors: {
    id: string;
    name: string;
    type: string;
    enabled: boolean;
    projectId: string;
    [field: string]: unknown;
  }[];
  checkIns: { id: string; status: string; dateAdded: string }[];
  releases: { version: string; dateCreated: string; dateReleased: string | null }[];
  issues: { id: string; shortId: string; level: string; firstSeen: string; count: string; release: string }[];
  /** Events that were sent, and how often each may still be looked for in vain. */
  events: Map<string, { message: string; group: string; vain: number }>;
  /** Whether events that are sent arrive. */
  delivers: boolean;
  deleted: string[];
}

export const sentryToken = "sntrys_canary_998877665544";
export const sentryKey = "0123456789abcdef0123456789abcdef";

/** Sentry's API with the state of one organization. */
export function fakeSentry(state: FakeSentryState): FakeVendor {
  const find = (slug: string | undefined) => state.projects.find((one) => one.slug === slug);
  const owned = (org: string | undefined, body: unknown): FakeAnswer =>
    org === state.organization && body !== undefined ? { body } : missing;
  return {
    prefix: "sentry",
    authorization: `Bearer ${sentryToken}`,
    routes: {
      "GET /organizations/:org/projects/": ({ parts: [org] }) => owned(org, state.projects),
      "GET /projects/:org/:slug/": ({ parts: [org, slug] }) => owned(org, find(slug)),
      "GET /projects/:org/:slug/keys/": ({ parts: [org, slug] }) => owned(org, find(slug) && state.keys),
      "GET /organizations/:org/workflows/": ({ parts: [org], query }) =>
        inPages(owned(org, state.alerts), query.get("cursor")),
      "GET /organizations/:org/detectors/": ({ parts: [org], query }) =>
        owned(
          org,
          state.monitors.filter(({ projectId }) => projectId === query.get("project")),
        ),
      "GET /projects/:org/:slug/monitors/:monitor/checkins/": ({ parts: [org, slug] }) =>
        owned(org, find(slug) && state.checkIns),
      "GET /organizations/:org/releases/": ({ parts: [org], query }) =>
        owned(
          org,
          state.releases.filter(({ version }) => version.includes(query.get("query") ?? "")),
        ),
      "GET /organizations/:org/issues/": ({ parts: [org], query }) =>
        owned(
          org,
          state.issues.filter(({ release }) => query.get("query")?.includes(`firstRelease:"${release}"`)),
        ),
      "GET /projects/:org/:slug/events/:event/": ({ parts: [org, , id = ""] }) => {
        const event = state.events.get(id);
        if (event === undefined) return missing;
        event.vain -= 1;
        if (event.vain >= 0) return missing;
        return owned(org, {
          eventID: id,
          groupID: event.group,
          message: event.message,
          title: event.message,
        });
      },
      "DELETE /organizations/:org/issues/:issue/": ({ parts: [, issue = ""] }) => {
        state.deleted.push(issue);
        return { status: 202 };
      },
    },
  };
}

/** The host that takes events, which knows keys and no tokens. */
export function fakeIngest(state: FakeSentryState): FakeVendor {
  return {
    prefix: "ingest",
    authorization: `Sentry sentry_version=7, sentry_client=optropic/1, sentry_key=${sentryKey}`,
    routes: {
      "POST /api/:project/envelope/": ({ text }) => {
        const [, , line = ""] = text.split("\n");
        const event = parseJson(line);
        const id = textAt(event, "event_id");
        if (state.delivers && at(event, "level") === "error") {
          state.events.set(id, {
            message: textAt(event, "message"),
            group: `group-${state.events.size}`,
            vain: 2,
          });
        }
        return { body: { id } };
      },
    },
  };
}

/** Two pages, with a link to the second one in the first. */
function inPages(answer: FakeAnswer, cursor: string | null): FakeAnswer {
  if (!Array.isArray(answer.body)) return answer;
  const half = Math.ceil(answer.body.length / 2);
  const body = cursor === null ? answer.body.slice(0, half) : answer.body.slice(half);
  const results = cursor === null;
  const link = `<https://evil.example/?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://evil.example/?cursor=0:100:0>; rel="next"; results="${results}"; cursor="0:100:0"`;
  return { body, headers: { link } };
}

const missing: FakeAnswer = { status: 404, body: { detail: "The requested resource does not exist" } };
