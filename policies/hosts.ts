import { type Finding, judge, policy, type Verdict } from "./framework/index.ts";
import { applicationHosts, type Host, servingHosts } from "./model/variables.ts";

// Items 5.7, 7.4 and 7.6 at hosts of whatever vendor; those of Render and Vercel have policies of their own.

export const serviceHealthCheck = policy({
  name: "service-health-check",
  items: ["5.7"],
  title: "Every service of the application must be asked by its vendor whether it can serve.",
  severity: "high",
  fix: "Give the service a health check path that answers 200 when it can serve.",
  url: "https://docs.aws.amazon.com/apprunner/latest/dg/manage-configure-healthcheck.html",
  check: (stack) => judgeHosts(servingHosts(stack), ({ health }) => health),
});

export const serviceAutoscaling = policy({
  name: "service-autoscaling",
  items: ["7.4"],
  title: "Every service of the application must scale by itself between two bounds.",
  severity: "medium",
  fix: "Let the service scale between two numbers of instances.",
  url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
  productionOnly: true,
  check: (stack) => judgeHosts(servingHosts(stack), ({ scaling }) => scaling),
});

export const serviceCustomDomain = policy({
  name: "service-custom-domain",
  items: ["7.6"],
  title: "Every service of the application must answer on a domain of its own.",
  severity: "high",
  fix: "Name a domain of the platform at the service or at what stands in front of it.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
  check: (stack) => judgeHosts(applicationHosts(stack), ({ ownDomain }) => ownDomain),
});

/** Judges each host whose vendor's adapter has an answer. */
function judgeHosts(
  hosts: readonly Host[],
  question: (host: Host) => (() => Verdict) | undefined,
): Finding[] {
  return hosts.flatMap((host) => {
    const test = question(host);
    return test === undefined ? [] : [judge(host.resource, test)];
  });
}
