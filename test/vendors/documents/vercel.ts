import * as z from "zod";
import { vendorName } from "../../../config/naming.ts";
import type { Access } from "../../../vendors/client.ts";
import { Vercel } from "../../../vendors/vercel.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, maybe, text, word } from "./words.ts";

const web = vendorName(settings.project, settings.stage, "web");
const vercel = (access: Access) => new Vercel(settings.accounts.vercelTeam, access);

const page = z.looseObject({ count: z.int(), next: maybe(z.int()), prev: maybe(z.int()) });
const milliseconds = z.int();
const target = word("production", "preview", "development");
const states = [
  ...(["BLOCKED", "BUILDING", "CANCELED", "DELETED", "ERROR", "INITIALIZING", "QUEUED", "READY"] as const),
] as const;
const substate = either(word("PROMOTED", "ROLLING", "STAGED"));

const project = z.looseObject({
  ...{ id: text, name: text, accountId: text, nodeVersion: text },
  framework: either(maybe(text)),
  rootDirectory: either(maybe(text)),
  autoAssignCustomDomains: either(z.boolean()),
  gitForkProtection: either(z.boolean()),
  resourceConfig: z.looseObject({ functionDefaultRegions: z.array(text) }),
  link: either(z.looseObject({ type: text, productionBranch: text, org: either(text), repo: either(text) })),
  ssoProtection: either(
    maybe(
      z.looseObject({
        deploymentType: word(
          "all",
          "all_except_custom_domains",
          "preview",
          "prod_deployment_urls_and_all_previews",
        ),
      }),
    ),
  ),
  passwordProtection: either(maybe(z.looseObject({}))),
  targets: either(z.record(text, maybe(z.looseObject({ id: text })))),
  lastAliasRequest: either(
    maybe(
      z.looseObject({
        ...{ fromDeploymentId: maybe(text), toDeploymentId: text, requestedAt: milliseconds },
        jobStatus: word("failed", "in-progress", "pending", "skipped", "succeeded"),
        type: word("promote", "rollback"),
      }),
    ),
  ),
});

const action = { active: z.boolean(), action: word("deny", "log") };
const managed = z.looseObject({
  active: z.boolean(),
  action: either(word("bypass", "challenge", "deny", "log")),
});
const rule = z.looseObject({
  ...{ id: text, name: text, active: z.boolean(), valid: z.boolean() },
  conditionGroup: z.array(
    z.looseObject({
      conditions: z.array(
        z.looseObject({ type: text, op: text, neg: either(z.boolean()), key: either(text) }),
      ),
    }),
  ),
  action: z.looseObject({
    mitigate: either(
      z.looseObject({
        action: word("bypass", "challenge", "deny", "log", "rate_limit", "redirect"),
        rateLimit: either(
          maybe(z.looseObject({ algo: text, window: z.int(), limit: z.int(), keys: z.array(text) })),
        ),
        redirect: either(maybe(z.looseObject({ location: text, permanent: z.boolean() }))),
        actionDuration: either(maybe(text)),
      }),
    ),
  }),
});

/** https://vercel.com/docs/rest-api, of which https://github.com/vercel/sdk is generated */
export const ofVercel: Documents = {
  "/v2/teams/{teamId}": {
    ask: (access) => vercel(access).team(),
    shape: z.looseObject({
      ...{ id: text, slug: text, name: maybe(text) },
      billing: maybe(z.looseObject({ plan: word("enterprise", "hobby", "pro") })),
    }),
  },
  "/v2/teams": {
    ask: (access) => vercel(access).teams(),
    shape: z.looseObject({ teams: z.array(z.looseObject({ id: text, slug: text })), pagination: page }),
  },
  "/v10/projects": {
    ask: (access) => vercel(access).projects(),
    shape: z.looseObject({ projects: z.array(project), pagination: page }),
  },
  "/v9/projects/{idOrName}": { ask: (access) => vercel(access).project(web), shape: project },
  "/v9/projects/{idOrName}/domains": {
    ask: (access) => vercel(access).domains(web),
    shape: z.looseObject({
      pagination: page,
      domains: z.array(
        z.looseObject({
          ...{ name: text, apexName: text, projectId: text, verified: z.boolean() },
          ...{ redirect: either(maybe(text)), gitBranch: either(maybe(text)) },
          redirectStatusCode: either(maybe(z.literal([301, 302, 307, 308]))),
        }),
      ),
    }),
  },
  "/v10/projects/{idOrName}/env": {
    ask: (access) => vercel(access).variables(web),
    shape: z.looseObject({
      pagination: either(page),
      envs: z.array(
        z.looseObject({
          ...{ id: either(text), key: text, value: text, gitBranch: either(text) },
          type: word("encrypted", "plain", "secret", "sensitive", "system"),
          target: either(z.union([z.array(target), target])),
        }),
      ),
    }),
  },
  "/v6/deployments": {
    ask: (access) => vercel(access).deployments("prj_example"),
    shape: z.looseObject({
      pagination: page,
      deployments: z.array(
        z.looseObject({
          ...{ uid: text, name: text, url: text, created: milliseconds, createdAt: milliseconds },
          ...{ readyState: word(...states), state: either(word(...states)), readySubstate: substate },
          target: either(maybe(word("production", "staging"))),
          meta: either(z.record(text, text)),
          isRollbackCandidate: either(maybe(z.boolean())),
        }),
      ),
    }),
  },
  "/v13/deployments/{idOrUrl}": {
    ask: (access) => vercel(access).deployment("dpl_current"),
    shape: z.looseObject({
      ...{ id: text, url: text, name: text, projectId: text, createdAt: milliseconds },
      ...{ readyState: word(...states), readySubstate: substate, aliasAssigned: z.boolean() },
      ...{ alias: either(z.array(text)), meta: z.record(text, text), errorMessage: either(maybe(text)) },
      gitSource: either(z.looseObject({ type: text, sha: either(text), ref: either(maybe(text)) })),
      target: either(maybe(word("production", "staging"))),
    }),
  },
  "/v6/domains/{domain}/config": {
    ask: (access) => vercel(access).domainConfig(settings.domains.web),
    shape: z.looseObject({
      configuredBy: maybe(word("A", "CNAME", "dns-01", "http")),
      acceptedChallenges: z.array(word("dns-01", "http-01")),
      recommendedIPv4: z.array(z.looseObject({ rank: z.int(), value: z.array(text) })),
      recommendedCNAME: z.array(z.looseObject({ rank: z.int(), value: text })),
      misconfigured: z.boolean(),
    }),
  },
  "/v1/security/firewall/config/{configVersion}": {
    ask: (access) => vercel(access).firewall("prj_example"),
    with: ({ vercel: state }) => {
      state.firewalls = { prj_example: firewall };
    },
    shape: z.looseObject({
      ...{ ownerId: text, projectKey: text, id: text, version: z.int(), updatedAt: text },
      firewallEnabled: z.boolean(),
      crs: either(z.looseObject({ sqli: z.looseObject(action), xss: z.looseObject(action) })),
      rules: z.array(rule),
      ips: z.array(
        z.looseObject({
          ...{ id: text, hostname: text, ip: text, notes: either(text) },
          action: word("bypass", "challenge", "deny", "log"),
        }),
      ),
      changes: z.array(z.looseObject({})),
      managedRules: either(z.looseObject({ botProtection: either(managed), owasp: either(managed) })),
    }),
  },
  "/v1/log-drains": {
    ask: (access) => vercel(access).logDrains(),
    with: ({ vercel: state }) => {
      state.logDrains = { drains: [drain] };
    },
    shape: z.looseObject({
      drains: z.array(
        z.looseObject({
          ...{ id: text, name: text, ownerId: text, createdAt: milliseconds, updatedAt: milliseconds },
          projectIds: either(z.array(text)),
          status: either(word("disabled", "enabled", "errored")),
          delivery: z.looseObject({ type: text }),
        }),
      ),
    }),
  },
  "/v1/env": {
    ask: (access) => vercel(access).sharedVariables(),
    with: ({ vercel: state }) => {
      state.sharedVariables = [{ id: "env_shared", key: "REGION", type: "plain", target: ["production"] }];
    },
    shape: z.looseObject({
      pagination: page,
      data: z.array(
        z.looseObject({
          ...{ id: either(text), key: either(text), projectId: either(z.array(text)) },
          type: either(word("encrypted", "plain", "sensitive", "system")),
          target: either(z.array(target)),
        }),
      ),
    }),
  },
};

const firewall = {
  ...{ ownerId: "team_example", projectKey: "prj_example", id: "waf_example", version: 3 },
  ...{ updatedAt: "2026-11-28T12:00:00Z", firewallEnabled: true, changes: [] },
  crs: { sqli: { active: true, action: "deny" }, xss: { active: false, action: "log" } },
  rules: [
    {
      ...{ id: "rule_login", name: "Logins", active: true, valid: true },
      conditionGroup: [{ conditions: [{ type: "path", op: "pre", value: "/login" }] }],
      action: {
        mitigate: {
          ...{ action: "rate_limit", redirect: null, actionDuration: null },
          rateLimit: { algo: "fixed_window", window: 60, limit: 10, keys: ["ip"], action: null },
        },
      },
    },
  ],
  ips: [{ id: "ip_1", hostname: "*", ip: "192.0.2.1", action: "deny" }],
  managedRules: { botProtection: { active: true, action: "challenge" }, owasp: { active: false } },
};

const drain = {
  ...{ id: "drain_1", name: "logs", ownerId: "team_example", createdAt: 1, updatedAt: 2, status: "enabled" },
  delivery: { type: "http", endpoint: "https://logs.example/in", encoding: "ndjson", headers: {} },
};
