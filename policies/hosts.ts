import { type Finding, judge, policy, type Stack, type Verdict } from "./framework/index.ts";
import { applicationHosts, type Host } from "./model/variables.ts";

// Items 5.7, 7.4 and 7.6 at hosts of whatever vendor; those of Render and Vercel have policies of their own.

export const serviceHealthCheck = policy({
  name: "service-health-check",
  items: ["5.7"],
  title: "Every service of the application must be asked by its vendor whether it can serve.",
  severity: "high",
  fix: "At App Runner set healthCheckConfiguration to protocol HTTP with a path; for ECS set healthCheck.path and a matcher of 2xx on the target group.",
  url: "https://docs.aws.amazon.com/apprunner/latest/dg/manage-configure-healthcheck.html",
  check: (stack) => judgeHosts(stack, ({ health }) => health),
});

export const serviceAutoscaling = policy({
  name: "service-autoscaling",
  items: ["7.4"],
  title: "Every service of the application must scale by itself between two bounds.",
  severity: "medium",
  fix: "For ECS declare an appautoscaling.Target with minCapacity and a larger maxCapacity, and a Policy for it; at App Runner let maxSize be larger than minSize.",
  url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
  productionOnly: true,
  check: (stack) => judgeHosts(stack, ({ scaling }) => scaling),
});

export const serviceCustomDomain = policy({
  name: "service-custom-domain",
  items: ["7.6"],
  title: "Every service of the application must answer on a domain of its own.",
  severity: "high",
  fix: "Name the domain in the aliases of the distribution in front of it, in a record of its load balancer, or in an apprunner.CustomDomainAssociation.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
  check: (stack) => judgeHosts(stack, ({ ownDomain }) => ownDomain),
});

/** Judges each host whose vendor's adapter has an answer. */
function judgeHosts(stack: Stack, question: (host: Host) => (() => Verdict) | undefined): Finding[] {
  return applicationHosts(stack).flatMap((host) => {
    const test = question(host);
    return test === undefined ? [] : [judge(host.resource, test)];
  });
}
