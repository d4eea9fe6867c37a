import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { Render } from "../../../vendors/render.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, maybe, moment, text, word } from "./words.ts";

const owner = settings.accounts.renderOwner;
const service = "srv-example";
const render = (access: Access) => new Render(owner, access);
const listed = (name: string, shape: z.ZodType) => z.array(z.looseObject({ cursor: text, [name]: shape }));
const serviceTypes = [
  ...(["web_service", "background_worker", "cron_job", "private_service", "static_site"] as const),
] as const;
const renderService = z.looseObject({
  ...{ id: text, name: text, ownerId: text, slug: text, rootDir: text, dashboardUrl: text },
  ...{ autoDeploy: word("yes", "no"), autoDeployTrigger: either(word("off", "commit", "checksPass")) },
  ...{ branch: either(text), repo: either(text), environmentId: either(text) },
  ...{ createdAt: moment, updatedAt: moment, notifyOnFail: word("default", "notify", "ignore") },
  suspended: word("not_suspended", "suspended"),
  suspenders: z.array(
    word("admin", "billing", "hipaa_enablement", "parent_service", "stuck_crashlooping", "unknown", "user"),
  ),
  type: word(...serviceTypes),
  serviceDetails: z.looseObject({
    ...{ healthCheckPath: text, numInstances: z.int(), plan: text },
    region: word("frankfurt", "ohio", "oregon", "singapore", "virginia"),
    autoscaling: either(
      maybe(
        z.looseObject({
          ...{ enabled: z.boolean(), min: z.int(), max: z.int() },
          criteria: z.looseObject({
            cpu: z.looseObject({ enabled: z.boolean(), percentage: z.int() }),
            memory: z.looseObject({ enabled: z.boolean(), percentage: z.int() }),
          }),
        }),
      ),
    ),
  }),
});
const variable = z.looseObject({ key: text, value: text });
const link = z.looseObject({ id: text, name: text, type: text });
const group = { id: text, name: text, ownerId: text, createdAt: moment, updatedAt: moment };

/** https://api-docs.render.com */
export const ofRender: Documents = {
  "/owners/{id}": {
    ask: (access) => render(access).owner(),
    shape: z.looseObject({ id: text, name: text, email: text, type: word("team", "user") }),
  },
  "/services": { ask: (access) => render(access).services(), shape: listed("service", renderService) },
  "/services/{id}": { ask: (access) => render(access).service(service), shape: renderService },
  "/services/{id}/custom-domains": {
    ask: (access) => render(access).customDomains(service),
    shape: listed(
      "customDomain",
      z.looseObject({
        ...{ id: text, name: text, createdAt: moment, publicSuffix: text, redirectForName: text },
        ...{ domainType: word("apex", "subdomain"), verificationStatus: word("verified", "unverified") },
      }),
    ),
  },
  "/services/{id}/env-vars": {
    ask: (access) => render(access).variables(service),
    shape: listed("envVar", variable),
  },
  "/services/{id}/deploys": {
    ask: (access) => render(access).deploys(service),
    shape: listed(
      "deploy",
      z.looseObject({
        id: text,
        commit: either(z.looseObject({ id: either(text), message: either(text), createdAt: either(moment) })),
        ...{ createdAt: either(moment), finishedAt: either(maybe(moment)) },
        trigger: either(word("new_commit", "api", "rollback", "manual", "other", "deploy_hook")),
        status: either(
          word(
            ...([
              "live",
              "created",
              "queued",
              "build_in_progress",
              "update_in_progress",
              "deactivated",
            ] as const),
            ...(["build_failed", "update_failed", "canceled", "pre_deploy_in_progress"] as const),
            "pre_deploy_failed",
          ),
        ),
      }),
    ),
  },
  "/env-groups": {
    ask: (access) => render(access).variableGroups(),
    shape: listed("envGroup", z.looseObject({ ...group, serviceLinks: z.array(link) })),
  },
  "/env-groups/{id}": {
    ask: (access) => render(access).variableGroup("evg-example"),
    shape: z.looseObject({
      ...group,
      ...{ envVars: z.array(variable), serviceLinks: z.array(link) },
      secretFiles: z.array(z.looseObject({ name: z.string(), content: z.string() })),
    }),
  },
  "/logs": {
    ask: (access) => render(access).lines(service),
    shape: z.looseObject({
      ...{ hasMore: z.boolean(), nextStartTime: moment, nextEndTime: moment },
      logs: z.array(
        z.looseObject({
          ...{ id: text, message: text, timestamp: moment },
          labels: z.array(z.looseObject({ name: text, value: text })),
        }),
      ),
    }),
  },
};
