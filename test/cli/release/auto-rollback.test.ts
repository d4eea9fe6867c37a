import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { discreet } from "../../../cli/release/reach.ts";
import { onlyOf } from "../../../cli/release/run-rollback.ts";
import type { Message } from "../../../operations/announce/message.ts";
import type { Entry } from "../../../operations/release/journal.ts";
import { FileJournal } from "../../../operations/release/journal-file.ts";
import { stateOf } from "../../../operations/release/state.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { type Receivers, startReceivers } from "../../operations/announce/receivers.ts";
import { fakeGitHub, githubToken, healthyGitHub } from "../../vendors/fake/github.ts";
import { releaseRoutes, repositoryBefore } from "../../vendors/fake/github-releases.ts";
import { listening } from "../../vendors/fake/listening.ts";
import { type FakePlatform, startPlatform } from "../../vendors/fake/platform.ts";
import { type FakeServer, startFake } from "../../vendors/fake/server.ts";
import { type Ended, run } from "../command.ts";
import { runHere } from "../here.ts";
import "./through-loopback.ts";

const settings = accept(writtenSettings("production"));
const metricsToken = "canary-metrics-7d1f";
const releases = repositoryBefore("3.0.0", "");
let folder: string;
let before: string;
let commit: string;
let platform: FakePlatform;
let code: FakeServer;
/** What people are served. */
let people: Server;
let peoplePort: number;
let receivers: Receivers;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "auto-rollback-"));
  writeProject("3.0.0");
  git("init", "-q");
  [before, commit] = [committed("One"), committed("Two")];
  platform = await startPlatform(settings);
  release();
  receivers = await startReceivers();
  const github = fakeGitHub(healthyGitHub(settings.project.repository));
  code = await startFake([{ ...github, routes: { ...releaseRoutes(releases), ...github.routes } }]);
  people = createServer(({ url = "", headers }, response) => {
    const isOwn = headers.authorization === `Bearer ${metricsToken}` && url.endsWith("/api/metrics");
    const host = url.includes(settings.domains.api) ? "api" : "web";
    response.writeHead(isOwn ? 200 : 401).end(`build_info{commit="${served(host)}"} 1`);
  });
  peoplePort = (await listening(people)).port;
});
afterAll(async () => {
  await Promise.all([platform.stop(), code.stop(), receivers.stop()]);
  people.closeAllConnections();
  people.close();
  rmSync(folder, { recursive: true });
});

/** Both hosts serve the release, and too much of it fails. */
function release(): void {
  platform.reset();
  for (const [index, id] of [before, commit].entries()) {
    for (const { deployments } of platform.states.vercel.projects) {
      Object.assign(deployments[index] ?? {}, { commit: id });
    }
    for (const { deploys } of platform.states.render.services) {
      Object.assign(deploys[index] ?? {}, { commit: id });
    }
  }
  platform.states.prometheus.errors = () => 0.08;
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@optropic.example"];
  return execFileSync("git", ["-C", folder, ...identity, ...args], { encoding: "utf8" }).trim();
}

function committed(text: string): string {
  writeFileSync(join(folder, "code.txt"), text);
  git("add", ".");
  git("commit", "-q", "-m", text);
  return git("rev-parse", "HEAD");
}

/** The stacks of this repository, with steps that look at nothing but the first hour. */
function writeProject(version: string): void {
  const root = join(import.meta.dirname, "..", "..", "..");
  mkdirSync(folder, { recursive: true });
  for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml"]) {
    writeFileSync(join(folder, file), readFileSync(join(root, file)));
  }
  const document = parseDocument(readFileSync(join(root, "Pulumi.production.yaml"), "utf8"));
  document.setIn(["config", "optropic:release"], version);
  document.setIn(["config", "optropic:rollout", "steps"], ["production-promote", "watch-1"]);
  document.setIn(["config", "optropic:rollout", "limits"], { failed: 0 });
  document.setIn(["config", "optropic:rollout", "announcements", "rollback"], ["slack", "status-page"]);
  writeFileSync(join(folder, "Pulumi.production.yaml"), String(document));
}

function served(host: "web" | "api"): string | undefined {
  const { vercel, render } = platform.states;
  const [project] = vercel.projects;
  return host === "api"
    ? render.services[0]?.deploys.findLast(({ status }) => status === "live")?.commit
    : project?.deployments.find(({ id }) => id === project.serving)?.commit;
}

/** The journal of a release that was promoted so many minutes ago. */
async function promoted(minutes: number): Promise<void> {
  const at = new Date(Date.now() - minutes * 60_000).toISOString();
  const common = { at, run: "earlier" };
  const step = { ...common, step: "production-promote", attempt: 1 };
  const entries: Entry[] = [
    { kind: "opened", ...common, version: "3.0.0", commit },
    { kind: "begun", ...step },
    { kind: "ended", ...step, state: "successful", summary: "Served", begunAt: at, findings: [] },
    { kind: "recorded", ...step, record: "none" },
  ];
  const journal = new FileJournal(join(folder, "journal.sqlite"), "production/3.0.0");
  for (const [index, entry] of entries.entries()) await journal.append(index, entry);
  journal.close();
}

/** In this process: what only a process of its own shows is tried by one. */
function command(...args: string[]): Promise<Ended> {
  return commandBy(runHere, args);
}

/** In a process of its own, which knows nothing of those before it. */
function processOf(...args: string[]): Promise<Ended> {
  return commandBy(run, args);
}

function commandBy(by: typeof run, args: readonly string[]): Promise<Ended> {
  return by(
    [
      ...args,
      ...["-C", folder, "--journal", join(folder, "journal.sqlite")],
      ...["--evidence", join(folder, "records")],
    ],
    {
      ...platform.environment,
      ...{ GITHUB_API_URL: `${code.url}/github`, GITHUB_TOKEN: githubToken, METRICS_TOKEN: metricsToken },
      LOOPBACK_DOMAINS: `http://127.0.0.1:${peoplePort}`,
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "through-loopback.ts")).href}`,
      ANNOUNCE_SLACK_WEBHOOK_URL: `${receivers.url}/slack/canary-hook`,
      ANNOUNCE_STATUS_WEBHOOK_URL: `${receivers.url}/status/canary-hook`,
    },
  );
}

// Four runs in a row, since what is tried is that each goes on where the one before it ended.
test("a release that breaks goes back by itself, and is finished when the settings name the next one", async () => {
  await promoted(30);
  const reports = ["--reports", join(folder, "reports")];
  const shown = await command("rollback", "--dry-run", ...reports);
  expect(shown).toMatchObject({ status: 0 });
  expect(shown.stdout).toContain(`vercel: ${commit.slice(0, 12)} back to ${before.slice(0, 12)}`);
  expect([served("web"), served("api")]).toEqual([commit, commit]);

  const broken = await processOf("release", "--version", "3.0.0", "--auto-rollback", "--json");
  expect({ ...broken, document: JSON.parse(broken.stdout) }).toMatchObject({
    status: 1,
    document: {
      state: "stopped",
      step: "closed",
      summary: expect.stringMatching(/^Rolled back as rollback-3\.0\.0-1: watch-1: /),
    },
  });
  expect([served("web"), served("api")]).toEqual([before, before]);
  expect(platform.states.render.services[0]?.autoDeployTrigger).toBe("off");
  expect(receivers.received.map(({ channel }) => channel)).toEqual(["slack", "slack", "status-page"]);
  expect(releases.issues.map(({ title }) => title)).toEqual(["Post-mortem: rollback of production"]);
  const requests = platform.server.requests.length;

  // The metrics are still broken: it must not go back a second time.
  const again = await processOf("release", "--version", "3.0.0", "--auto-rollback", "--json");
  expect({ status: again.status, stdout: again.stdout }).toEqual({ status: 1, stdout: broken.stdout });
  expect(platform.server.requests.slice(requests).filter((each) => !each.startsWith("GET"))).toEqual([]);

  writeProject("3.0.1");
  const finished = await command("rollback", "--finish", ...reports);
  expect(finished).toMatchObject({ status: 0, stderr: "" });
  expect(platform.states.render.services[0]?.autoDeployTrigger).toBe(settings.api.autoDeploy);
  expect(platform.states.vercel.projects[0]?.autoAssignCustomDomains).toBe(true);
  const all = [shown, broken, again, finished].flatMap(({ stdout, stderr }) => [stdout, stderr]).join("\n");
  expect(all).not.toMatch(/canary/);
  expect(readdirSync(folder)).toContain("records");
}, 60_000);

test("a watch that finds it broken tells people, goes back once and leaves evidence and a report", async () => {
  writeProject("3.0.0");
  release();
  receivers.received.length = 0;
  releases.issues.length = 0;
  // Of a version of the program that knows more kinds of entries.
  const database = new DatabaseSync(join(folder, "journal.sqlite"));
  database
    .prepare("insert into entries values ('production/rollback-3.0.0-2', 0, ?)")
    .run(JSON.stringify({ kind: "of-the-future" }));
  database.close();
  const since = new Date(Date.now() - 30 * 60_000).toISOString();
  const args = ["watch", "--since", since, "--commit", commit, "--auto-rollback", "--json"];
  const broken = await command(...args);
  expect({ ...broken, document: JSON.parse(broken.stdout) }).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("Skipped the journal rollback-3.0.0-2: Entry 0"),
    document: {
      rollback: {
        state: "stopped",
        step: "closed",
        summary: expect.stringMatching(/^Rolled back as rollback-3\.0\.0-3: watch: Fewer requests must fail/),
      },
    },
  });
  expect([served("web"), served("api")]).toEqual([before, before]);
  expect(receivers.received.map(({ channel }) => channel)).toEqual(["slack", "slack", "status-page"]);
  expect(releases.issues.map(({ title }) => title)).toEqual(["Post-mortem: rollback of production"]);
  const kinds = readdirSync(join(folder, "records"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => readFileSync(join(folder, "records", name), "utf8"))
    .flatMap((text) => Buffer.from(JSON.parse(text).payload, "base64").toString())
    .filter((text) => text.includes("incident-report"));
  expect(kinds.length).toBeGreaterThanOrEqual(2);

  // The metrics are still broken: a schedule that looks again must not go back a second time.
  const requests = platform.server.requests.length;
  const again = await processOf(...args);
  expect(JSON.parse(again.stdout)).toMatchObject({ rollback: JSON.parse(broken.stdout).rollback });
  expect(platform.server.requests.slice(requests).filter((each) => !each.startsWith("GET"))).toEqual([]);
  expect(receivers.received).toHaveLength(3);
}, 60_000);

test("--only takes the hosts that it names, and refuses what is none and what needs all", () => {
  const hosts = [{ name: "vercel" }, { name: "render" }];
  const whole = { finish: false, rehearse: false };
  expect(onlyOf(hosts, whole)).toEqual(hosts);
  expect(onlyOf(hosts, { ...whole, only: ["render"] })).toEqual([{ name: "render" }]);
  expect(() => onlyOf(hosts, { ...whole, only: ["fly"] })).toThrow(/the hosts are vercel and render/);
  expect(() => onlyOf(hosts, { ...whole, only: ["render"], finish: true })).toThrow(/--finish/);
  expect(() => onlyOf(hosts, { ...whole, only: ["render"], rehearse: true })).toThrow(/8\.8/);
  expect(() => onlyOf(hosts, { ...whole, only: ["render"], databaseTo: new Date() })).toThrow(/earlier data/);
});

test("no channel is told a credential that somebody typed or a vendor repeated", async () => {
  const told: Message[] = [];
  const channel = discreet({
    ...{ name: "slack", does: "Tells" },
    deliver: async (message) => {
      told.push(message);
      return { summary: "told" };
    },
  });
  const secret = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
  const gone = "(a GitHub token was taken out of this text)";
  const texts = {
    subject: `Stopped by ${secret}`,
    paragraphs: ["Logins fail", `It leaked: ${secret} of GitHub`],
  };
  const message = { ...texts, event: "rolled-back", links: [], version: "v", stack: "s", at: new Date() };
  await channel.deliver(message, "key", new AbortController().signal);
  expect(told).toEqual([
    {
      ...message,
      subject: `Stopped by ${gone}`,
      paragraphs: ["Logins fail", `It leaked: ${gone} of GitHub`],
    },
  ]);
});

test("a rollback past a silent host says what to do there, and the next one does only the rest", async () => {
  writeProject("3.0.2");
  release();
  const [service] = platform.states.render.services.splice(0);
  if (service === undefined) throw new Error("Render has no service");
  const args = ["rollback", "--reason", "Logins fail", "--reports", join(folder, "reports"), "--json"];
  const part = await command(...args);
  expect({ status: part.status, document: JSON.parse(part.stdout) }).toMatchObject({
    status: 2,
    document: {
      state: "unclear",
      summary: expect.stringMatching(
        new RegExp(
          `^vercel serves ${before.slice(0, 12)} again. render is not rolled back .*https://dashboard.render.com.* deployment of ${before.slice(0, 12)} .*The last attempt: .*no service`,
        ),
      ),
    },
  });
  expect(served("web")).toBe(before);

  platform.states.render.services.push(service);
  const requests = platform.server.requests.length;
  expect(await command(...args)).toMatchObject({ status: 0 });
  expect([served("web"), served("api")]).toEqual([before, before]);
  expect(
    platform.server.requests.slice(requests).filter((each) => /^(?:POST|PATCH).*vercel/.test(each)),
  ).toEqual([]);

  // A message of which nothing tells whether it arrived, in the journal of the rest.
  const journal = new FileJournal(join(folder, "journal.sqlite"), "production/rollback-3.0.2-1-rest");
  const doubt = { at: new Date().toISOString(), run: "r", step: "announcement", action: "slack", key: "k" };
  await journal.append((await journal.read()).length, { kind: "acting", ...doubt });
  expect(await command(...args, "--settle", "announcement/slack=done")).toMatchObject({ status: 0 });
  expect(
    stateOf(await journal.read())
      .steps.get("announcement")
      ?.actions.get("slack"),
  ).toMatchObject({
    state: "acted",
    summary: expect.stringContaining("Settled by"),
  });
  journal.close();
  expect(await command(...args, "--settle", "announcement/slack=done")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("announcement/slack is not in doubt"),
  });
  expect(await command("rollback", "--finish")).toMatchObject({ status: 0 });
  expect(service.autoDeployTrigger).toBe(settings.api.autoDeploy);
  expect(platform.states.vercel.projects[0]?.autoAssignCustomDomains).toBe(true);
}, 60_000);
