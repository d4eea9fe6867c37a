import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Render } from "../../vendors/render.ts";
import { Vercel } from "../../vendors/vercel.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { commits } from "./fake/healthy.ts";
import { type FakePlatform, startPlatform } from "./fake/platform.ts";

const settings = accept(writtenSettings("production"));
const next = "4444444444444444444444444444444444444444";

let platform: FakePlatform;
let vercel: Vercel;
let render: Render;
beforeAll(async () => {
  platform = await startPlatform(settings);
  const { environment } = platform;
  vercel = new Vercel(settings.accounts.vercelTeam, { environment });
  render = new Render(settings.accounts.renderOwner, { environment });
});
afterAll(() => platform.stop());
beforeEach(() => platform.reset());

describe("Vercel", () => {
  it("tells the project, its deployments and which of them serves", async () => {
    const [project] = await vercel.projects();
    expect(project).toMatchObject({ name: "optropic-web", autoAssignCustomDomains: true });
    const [newest, before] = await vercel.deployments(project?.id ?? "", { state: "READY" });
    expect(newest).toMatchObject({ id: "dpl_current", commit: commits.current, substate: "PROMOTED" });
    expect(before).toMatchObject({ id: "dpl_previous", commit: commits.previous });
    expect(await vercel.deployment("dpl_current")).toMatchObject({
      state: "READY",
      aliases: [settings.domains.web, settings.domains.redirect],
    });
  });

  it("never reads the value of a variable", async () => {
    const found = await vercel.variables("optropic-web");
    expect(found).toContainEqual({
      ...{ id: "env-JWT_SECRET", key: "JWT_SECRET", type: "sensitive", target: ["production"] },
    });
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  it("builds without serving, promotes, and rolls back", async () => {
    const { id } = await vercel.project("optropic-web");
    await vercel.setAutoAssign(id, false);
    const ref = settings.project.branch;
    const started = await vercel.deploy({
      name: "optropic-web",
      repository: "optropic/platform",
      ref,
      commit: next,
    });
    expect(started).toMatchObject({ state: "QUEUED", commit: next });
    expect(await vercel.deployment(started.id)).toMatchObject({ state: "BUILDING" });
    expect(await vercel.deployment(started.id)).toMatchObject({
      state: "READY",
      substate: "STAGED",
      aliases: [],
    });

    await vercel.promote(id, started.id);
    expect(await vercel.project(id)).toMatchObject({
      targets: { production: { id: started.id } },
      lastAliasRequest: { toDeploymentId: started.id, jobStatus: "succeeded", type: "promote" },
    });

    await vercel.rollback(id, "dpl_current", "errors");
    expect(await vercel.project(id)).toMatchObject({
      targets: { production: { id: "dpl_current" } },
      // What the vendor leaves behind.
      autoAssignCustomDomains: false,
    });
    expect(await vercel.setAutoAssign(id, true)).toMatchObject({ autoAssignCustomDomains: true });
  });

  it("does not roll back to what never served", async () => {
    const { id } = await vercel.project("optropic-web");
    await vercel.setAutoAssign(id, false);
    const staged = await vercel.deploy({
      name: "optropic-web",
      repository: "o/p",
      ref: "main",
      commit: next,
    });
    await vercel.deployment(staged.id);
    await vercel.deployment(staged.id);
    await expect(vercel.rollback(id, staged.id)).rejects.toMatchObject({ reason: "conflict", status: 422 });
  });
});

describe("Render", () => {
  it("tells the service and its deploys", async () => {
    const [service] = await render.services("optropic-api");
    expect(service).toMatchObject({ id: "srv-example", autoDeployTrigger: "checksPass" });
    expect(await render.deploys("srv-example", 1)).toMatchObject([
      { id: "dep-current", status: "live", commit: commits.current },
    ]);
    expect(await render.services("another")).toEqual([]);
  });

  it("deploys a commit and rolls back, with auto-deploy off before", async () => {
    await render.setAutoDeploy("srv-example", "off");
    const started = await render.startDeploy("srv-example", next);
    const id = started?.id ?? "";
    expect(started).toMatchObject({ status: "build_in_progress", commit: next });
    expect(await render.deploy("srv-example", id)).toMatchObject({ status: "update_in_progress" });
    expect(await render.deploy("srv-example", id)).toMatchObject({ status: "live" });
    expect(await render.deploy("srv-example", "dep-current")).toMatchObject({ status: "deactivated" });

    const back = await render.rollback("srv-example", "dep-current");
    expect(await render.deploy("srv-example", back.id)).toMatchObject({
      status: "live",
      commit: commits.current,
    });
    expect(await render.service("srv-example")).toMatchObject({ autoDeploy: "no", autoDeployTrigger: "off" });
  });

  it("knows a deploy that is only queued by its absence", async () => {
    platform.server.misbehaveAt("render", "/deploys", { kind: "status", status: 202 });
    expect(await render.startDeploy("srv-example", next)).toBeUndefined();
  });

  it("reads a list to its end", async () => {
    const [first] = platform.states.render.services;
    if (first === undefined) throw new Error("There is no service");
    platform.states.render.services = Array.from({ length: 250 }, (_, index) => ({
      ...first,
      id: `srv-${index}`,
    }));
    expect(await render.services()).toHaveLength(250);
  });
});

it("sends each token to its own vendor only", async () => {
  await vercel.team();
  await render.owner();
  const { credentials } = platform.server;
  expect(credentials.get("vercel")).toEqual(new Set([`Bearer ${platform.environment.VERCEL_API_TOKEN}`]));
  expect(credentials.get("render")).toEqual(new Set([`Bearer ${platform.environment.RENDER_API_KEY}`]));
});
