import { hostname } from "node:os";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import type { Channel } from "../../operations/announce/channel.ts";
import { mail } from "../../operations/announce/mail.ts";
import { grafanaAnnotation, pagerDutyChange, slack, statusPage } from "../../operations/announce/webhooks.ts";
import type { Host } from "../../operations/hosts/host.ts";
import { renderHost } from "../../operations/hosts/render.ts";
import { vercelHost } from "../../operations/hosts/vercel.ts";
import { githubRepository } from "../../operations/release/github.ts";
import type { Repository } from "../../operations/release/ports.ts";
import { GitHub } from "../../vendors/github.ts";
import { Render } from "../../vendors/render.ts";
import { Vercel } from "../../vendors/vercel.ts";
import { toldWithoutSecret } from "../evidence/record.ts";
import type { ReleaseVariables } from "./environment.ts";

/** Who holds a release, for a person who waits for it. */
export const holder = (): string => `${hostname()}, process ${process.pid}`;

/** The hosts of a stack. A token that is missing is said when its vendor is asked. */
export function hostsOf({ accounts, project, stage, domains }: Settings): Host[] {
  const { web, redirect, api } = domains;
  return [
    vercelHost({
      api: new Vercel(accounts.vercelTeam),
      project: vendorName(project, stage, "web"),
      repository: project.repository,
      branch: project.branch,
      domains: redirect === undefined ? [web] : [web, redirect],
    }),
    renderHost({
      api: new Render(accounts.renderOwner),
      service: vendorName(project, stage, "api"),
      domains: [api],
    }),
  ];
}

/** The repository at GitHub; without a token each of its answers says so. */
export function repositoryOf({ project }: Settings): Repository {
  return githubRepository(new GitHub(), project.repository);
}

/** Channels by their name in the settings. */
export function channelsOf(
  { rollout, observability }: Settings,
  variables: ReleaseVariables,
): (name: string) => Channel {
  const { from, stakeholders } = rollout.announcements;
  const channels = [
    slack(variables.ANNOUNCE_SLACK_WEBHOOK_URL),
    statusPage(variables.ANNOUNCE_STATUS_WEBHOOK_URL),
    pagerDutyChange(variables.ANNOUNCE_PAGERDUTY_ROUTING_KEY),
    grafanaAnnotation(observability.grafana.url, variables.GRAFANA_AUTH),
    mail("mail", { server: variables.ANNOUNCE_SMTP_URL, from, to: stakeholders }),
  ];
  return (name) => {
    const channel = channels.find((each) => each.name === name);
    if (channel !== undefined) return discreet(channel);
    throw new Failure("refused", `There is no channel ${name}`);
  };
}

/** A reason that somebody typed, or what a vendor said, may have a credential in it, which is not for everybody told. */
export function discreet(channel: Channel): Channel {
  return {
    ...channel,
    deliver: (message, key, signal) =>
      channel.deliver(
        {
          ...message,
          subject: toldWithoutSecret(message.subject),
          paragraphs: message.paragraphs.map(toldWithoutSecret),
        },
        key,
        signal,
      ),
  };
}

const timeoutMs = 10_000;

/** The status of the health check of a deployment at its own address. */
export function healthOf(settings: Settings, { VERCEL_AUTOMATION_BYPASS_SECRET: bypass }: ReleaseVariables) {
  return async (url: string, signal: AbortSignal): Promise<number> => {
    const response = await fetch(new URL(settings.api.healthCheckPath, url), {
      headers: bypass === undefined ? {} : { "x-vercel-protection-bypass": bypass },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.status;
  };
}

/** The most of the metrics that is read to find the commit, in bytes. */
const maximumBytes = 8 * 1024 * 1024;

/** The commit that a domain serves, by the series of its build; undefined where it does not say. */
export function servedCommitOf(
  { observability, domains }: Settings,
  { METRICS_TOKEN: token }: ReleaseVariables,
) {
  const ask = async (domain: string, signal: AbortSignal): Promise<string | undefined> => {
    const response = await fetch(`https://${domain}${observability.metricsPath}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const location = URL.parse(response.headers.get("location") ?? "", `https://${domain}`)?.hostname;
    if (domain === domains.redirect && response.status >= 300 && location === domains.web) {
      await response.body?.cancel();
      // What it serves is what people find where it sends them.
      return ask(domains.web, signal);
    }
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      return undefined;
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > maximumBytes) return undefined;
      chunks.push(chunk);
    }
    return /\bcommit="([0-9a-f]{7,64})"/.exec(Buffer.concat(chunks).toString("utf8"))?.[1];
  };
  return ask;
}
