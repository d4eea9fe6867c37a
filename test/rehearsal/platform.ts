import { request } from "node:https";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { sameCommit } from "../../lib/commit.ts";
import type { Host } from "../../operations/hosts/host.ts";
import { renderHost } from "../../operations/hosts/render.ts";
import { vercelHost } from "../../operations/hosts/vercel.ts";
import { Render } from "../../vendors/render.ts";
import { Vercel } from "../../vendors/vercel.ts";
import type { Target } from "../target/target.ts";
import { commits } from "../vendors/fake/healthy.ts";
import { type FakePlatform, startPlatform } from "../vendors/fake/platform.ts";

/** A stack on two hosts whose APIs are on loopback. It serves the release before the one that is rehearsed. */
export interface RehearsalStack {
  readonly platform: FakePlatform;
  readonly hosts: readonly Host[];
  /** The commit that the domains of a host point at, by the vendors' word. */
  served(host: "web" | "api"): string;
}

export async function startStack(settings: Settings): Promise<RehearsalStack> {
  const platform = await startPlatform(settings);
  const { vercel, render } = platform.states;
  for (const project of vercel.projects) {
    project.deployments = project.deployments.filter(({ commit }) => commit === commits.previous);
    project.serving = project.deployments[0]?.id ?? "";
  }
  for (const service of render.services) {
    service.deploys = service.deploys.filter(({ commit }) => commit === commits.previous);
    for (const deploy of service.deploys) deploy.status = "live";
  }
  const { environment } = platform;
  const { accounts, domains, project, stage } = settings;
  const { web, redirect, api } = domains;
  return {
    platform,
    hosts: [
      vercelHost({
        api: new Vercel(accounts.vercelTeam, { environment }),
        project: vendorName(project, stage, "web"),
        ...{ repository: project.repository, branch: project.branch },
        domains: redirect === undefined ? [web] : [web, redirect],
      }),
      renderHost({
        api: new Render(accounts.renderOwner, { environment }),
        service: vendorName(project, stage, "api"),
        domains: [api],
      }),
    ],
    served(host) {
      const commit =
        host === "api"
          ? render.services[0]?.deploys.findLast(({ status }) => status === "live")?.commit
          : vercel.projects[0]?.deployments.find(({ id }) => id === vercel.projects[0]?.serving)?.commit;
      return commit ?? "";
    },
  };
}

/** Asks the reference target as a browser would ask a domain. */
export function ask(
  target: Target,
  domain: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; location: string | undefined; body: string }> {
  const { host, port } = target.targets.https;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host, port, path, servername: domain, ca: target.authorities, headers: { host: domain, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    sent.on("error", reject).end();
  });
}

/** The commit that a domain of the target serves, by the series of its build. */
export async function servedBy(target: Target, domain: string, path: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${target.metricsToken}` };
  const answer = await ask(target, domain, path, headers);
  const to = URL.parse(answer.location ?? "")?.hostname;
  if (answer.status >= 300 && answer.status < 400 && to !== undefined && to !== domain) {
    return servedBy(target, to, path);
  }
  return /\bcommit="([0-9a-f]{7,64})"/.exec(answer.body)?.[1];
}

/** Both commits of a rehearsal: what was served before it, and what it releases. */
export const rehearsed = { before: commits.previous, commit: commits.current } as const;

export function isReleased(commit: string | undefined): boolean {
  return sameCommit(commit, rehearsed.commit);
}
