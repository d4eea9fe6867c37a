import * as z from "zod";

// What Vercel answers, as far as it is read here: https://vercel.com/docs/rest-api

const text = z.string().max(2000);
const milliseconds = z.number().int().nonnegative();
export const team = z.looseObject({ id: text, slug: text, billing: z.looseObject({ plan: text }).nullish() });

export const project = z.looseObject({
  id: text,
  name: text,
  framework: text.nullish(),
  nodeVersion: text.nullish(),
  serverlessFunctionRegion: text.nullish(),
  rootDirectory: text.nullish(),
  resourceConfig: z.looseObject({ functionDefaultRegions: z.array(text).max(100).optional() }).nullish(),
  /** Whether a production deployment gets the project's domains when it is ready. */
  autoAssignCustomDomains: z.boolean().optional(),
  link: z
    .looseObject({
      type: text.optional(),
      org: text.optional(),
      repo: text.optional(),
      repoId: z.number().optional(),
      productionBranch: text.optional(),
    })
    .nullish(),
  ssoProtection: z.looseObject({ deploymentType: text }).nullish(),
  passwordProtection: z.looseObject({ deploymentType: text.optional() }).nullish(),
  gitForkProtection: z.boolean().optional(),
  /** Whether every visitor is asked to prove that it is a browser; absent where nobody ever switched it on. */
  security: z.looseObject({ attackModeEnabled: z.boolean().nullish() }).nullish(),
  /** The last request to point the domains elsewhere. */
  lastAliasRequest: z
    .looseObject({
      fromDeploymentId: text.nullish(),
      toDeploymentId: text,
      jobStatus: z.enum(["pending", "in-progress", "succeeded", "failed", "skipped"]),
      requestedAt: milliseconds,
      type: z.enum(["promote", "rollback"]),
    })
    .nullish(),
  /** The deployment that serves each target. */
  targets: z.record(text, z.looseObject({ id: text }).nullable()).optional(),
});

/** What lets an address past the firewall, or blocks it. */
const bypass = z.looseObject({
  Id: text.nullish(),
  Action: text.nullish(),
  Domain: text.nullish(),
  Ip: text.nullish(),
  Note: text.nullish(),
});

/** The next page has what comes after an id. */
export const bypasses = z.looseObject({
  result: z.array(bypass).max(1000).nullish(),
  pagination: z.looseObject({ Id: text }).nullish(),
});

const routeCondition = z.looseObject({ type: text, key: text.nullish(), value: text.nullish() });

/** A route of a project: what answers a path, and with which headers. */
export const route = z.looseObject({
  id: text,
  name: text,
  enabled: z.boolean().nullish(),
  route: z.looseObject({
    src: text,
    dest: text.nullish(),
    headers: z.record(text, text).nullish(),
    status: z.number().nullish(),
    has: z.array(routeCondition).max(100).nullish(),
    missing: z.array(routeCondition).max(100).nullish(),
    transforms: z
      .array(z.looseObject({ type: text, op: text, target: z.json().optional(), args: z.json().optional() }))
      .max(1000)
      .nullish(),
  }),
});

export const logDrain = z.looseObject({
  id: text,
  name: text.nullish(),
  deliveryFormat: text.nullish(),
  url: text.nullish(),
  sources: z.array(text).max(100).nullish(),
  environments: z.array(text).max(100).nullish(),
  projectIds: z.array(text).max(10_000).nullish(),
  samplingRate: z.number().nullish(),
  status: text.nullish(),
});

/** In a list, or in an object that has one. */
export const logDrains = z.union([
  z.array(logDrain).max(1000),
  z.looseObject({ drains: z.array(logDrain).max(1000) }).transform(({ drains }) => drains),
]);

export const sharedVariable = z.looseObject({
  id: text.optional(),
  key: text.optional(),
  type: text.nullish(),
  target: z
    .union([text.transform((one) => [one]), z.array(text).max(100)])
    .nullish()
    .transform((targets) => targets ?? []),
  projectId: z.array(text).max(10_000).nullish(),
});

/** A line of the log of what runs. */
export const runtimeLine = z.looseObject({
  message: z.string().max(1_000_000),
  messageTruncated: z.boolean().optional(),
  source: text,
});

export const commitMeta = z.looseObject({
  githubCommitSha: text.optional(),
  githubCommitRef: text.optional(),
});

export const listedDeployment = z.looseObject({
  uid: text,
  name: text.optional(),
  url: text.nullish(),
  state: text.optional(),
  readyState: text.optional(),
  readySubstate: text.nullish(),
  target: text.nullish(),
  created: milliseconds.optional(),
  createdAt: milliseconds.optional(),
  meta: commitMeta.optional(),
  isRollbackCandidate: z.boolean().nullish(),
});

export const oneDeployment = z.looseObject({
  id: text,
  url: text.nullish(),
  readyState: text,
  readySubstate: text.nullish(),
  target: text.nullish(),
  /** Left out, as are the address and the commit, of a deployment that the token may see in part only. */
  createdAt: milliseconds.optional(),
  projectId: text.optional(),
  alias: z.array(text).max(1000).nullish(),
  aliasAssigned: z.union([z.boolean(), z.number()]).nullish(),
  meta: commitMeta.optional(),
  gitSource: z.looseObject({ sha: text.optional(), ref: text.nullish() }).nullish(),
  errorMessage: text.nullish(),
});

export const domain = z.looseObject({
  name: text,
  verified: z.boolean(),
  redirect: text.nullish(),
  redirectStatusCode: z.number().nullish(),
  gitBranch: text.nullish(),
});

export const domainConfig = z.looseObject({ misconfigured: z.boolean(), configuredBy: text.nullish() });

/** Without the value: nothing that asks for it here may show it. */
export const variable = z.object({
  id: text.optional(),
  key: text,
  type: text,
  target: z.union([text.transform((one) => [one]), z.array(text).max(100)]).optional(),
  gitBranch: text.nullish(),
  customEnvironmentIds: z.array(text).max(1000).optional(),
});

/** A moment, or a word of the vendor's own. */
export const pagination = z.looseObject({ next: z.union([z.number(), text]).nullish() });

const condition = z.looseObject({
  type: text,
  op: text,
  neg: z.boolean().nullish(),
  key: text.nullish(),
  value: z.union([text, z.number(), z.array(z.union([text, z.number()])).max(1000)]).nullish(),
});

const mitigation = z.looseObject({
  action: text,
  actionDuration: text.nullish(),
  rateLimit: z
    .looseObject({
      algo: text,
      window: z.number(),
      limit: z.number(),
      keys: z.array(text).max(100),
      action: text.nullish(),
    })
    .nullish(),
  redirect: z.looseObject({ location: text, permanent: z.boolean() }).nullish(),
});

const ruleset = z.looseObject({ active: z.boolean(), action: text.nullish() });

/** The firewall of a project that is in force. */
export const firewall = z.looseObject({
  firewallEnabled: z.boolean(),
  crs: z.record(text, ruleset).nullish(),
  managedRules: z.record(text, ruleset).nullish(),
  rules: z
    .array(
      z.looseObject({
        ...{ id: text.nullish(), name: text, description: text.nullish(), active: z.boolean() },
        conditionGroup: z.array(z.looseObject({ conditions: z.array(condition).max(1000) })).max(1000),
        action: z.looseObject({ mitigate: mitigation.nullish() }),
      }),
    )
    .max(5000),
  ips: z
    .array(z.looseObject({ hostname: text, ip: text, notes: text.nullish(), action: text }))
    .max(5000)
    .default([]),
});
