import { check, sleep } from "k6";
import http from "k6/http";

// The plan is generated from a stack's settings (loadtest/plan.ts): `npm run loadtest` passes it in the
// environment, and the test on Grafana Cloud declares it ahead of this script.
const plan = globalThis.LOADTEST_PLAN ?? JSON.parse(__ENV.LOADTEST_PLAN ?? "null");
if (plan === null) throw new Error("LOADTEST_PLAN is not set: start the load test with npm run loadtest");
const password = globalThis.LOADTEST_PASSWORD ?? __ENV.LOADTEST_PASSWORD;

/** `load` is short, `soak` is long enough for a leak to show (item 6.6). */
const profile = __ENV.LOADTEST_PROFILE ?? "load";
const seconds = profile === "soak" ? plan.soakMinutes * 60 : plan.durationSeconds;
/** A fifth of the test each, five minutes at most: logins are spread over it, below their rate limit. */
const ramp = Math.min(Math.ceil(seconds / 5), 300);

const { p95Ms, p99Ms, errorRatePercent } = plan.objectives;
const latency = [`p(95)<${p95Ms}`, `p(99)<${p99Ms}`];
const routes = ["home", "health", ...plan.paths];

export const options = {
  scenarios: {
    users: {
      executor: "ramping-vus",
      exec: "round",
      startVUs: 1,
      stages: [
        { duration: `${ramp}s`, target: plan.virtualUsers },
        { duration: `${seconds - 2 * ramp}s`, target: plan.virtualUsers },
        { duration: `${ramp}s`, target: 1 },
      ],
      gracefulRampDown: "10s",
      gracefulStop: "10s",
    },
  },
  thresholds: {
    // Items 6.2 and 6.3, of all requests and of each route, so that a quick one hides no slow one.
    http_req_duration: latency,
    ...Object.fromEntries(routes.map((route) => [`http_req_duration{name:${route}}`, latency])),
    // Item 6.4: what fails, and what answers but not as it should.
    http_req_failed: [`rate<=${errorRatePercent / 100}`],
    checks: [`rate>=${1 - errorRatePercent / 100}`],
  },
  summaryTrendStats: ["min", "med", "avg", "p(95)", "p(99)", "max"],
  discardResponseBodies: true,
  // A user stays logged in from round to round.
  noCookiesReset: true,
  userAgent: "optropic-loadtest",
  cloud: { distribution: { users: { loadZone: plan.loadZone, percent: 100 } } },
};

/** Headers of this user's session: nothing before the login, which is tried once. */
let session;

/** One round of one user. */
export function round() {
  session ??= logIn();
  read("home", `${plan.webUrl}/`);
  read("health", `${plan.apiUrl}${plan.healthCheckPath}`);
  for (const path of plan.paths) read(path, `${plan.apiUrl}${path}`);
  sleep(plan.pauseSeconds);
}

/** Logs the user in, by cookie or by the token that the answer holds. */
function logIn() {
  if (plan.user === undefined || password === undefined) return {};
  const response = http.post(
    `${plan.apiUrl}${plan.loginPath}`,
    JSON.stringify({ email: plan.user, password }),
    { headers: { "Content-Type": "application/json" }, responseType: "text", tags: { name: "login" } },
  );
  const loggedIn = check(response, { "login answers 200": ({ status }) => status === 200 });
  const token = loggedIn ? tokenOf(response) : undefined;
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** `token` of the answer's body, or of `result.data` where tRPC has wrapped it. */
function tokenOf(response) {
  try {
    const body = response.json();
    return body?.token ?? body?.result?.data?.token ?? body?.result?.data?.json?.token;
  } catch {
    return undefined;
  }
}

function read(name, url) {
  const response = http.get(url, { headers: session, tags: { name } });
  check(response, { [`${name} answers 200`]: ({ status }) => status === 200 }, { name });
}
