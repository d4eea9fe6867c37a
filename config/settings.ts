import * as z from "zod";
import { backupStore, sharedCopies } from "./backup-store.ts";
import { backupsSchema } from "./backups.ts";
import { databaseSchema } from "./database.ts";
import { edgeSchema } from "./edge.ts";
import { evidenceSchema } from "./evidence.ts";
import { furtherHosts, servicesSchema, webProjectsSchema } from "./further.ts";
import { generatedSecretNames } from "./generated-secrets.ts";
import { apiSchema, webSchema } from "./hosting.ts";
import {
  branchName,
  distinct,
  hostname,
  identifier,
  line,
  text,
  waiverDaysSchema,
  whole,
  word,
} from "./kinds.ts";
import { existingSchema, manageSchema, missingReferences } from "./manage.ts";
import { appliesMigrations } from "./migration.ts";
import type { SettingsModel } from "./model.ts";
import { contactsSchema, objectivesSchema } from "./operations.ts";
import { platformPlansSchema } from "./plans.ts";
import { rolloutSchema } from "./rollout.ts";
import { verifySchema } from "./verify.ts";
import {
  errorTrackingSchema,
  linksSchema,
  loadTestSchema,
  logsSchema,
  observabilitySchema,
  onCallSchema,
} from "./watching.ts";

/** Stage of a stack: production is strict; staging keeps what only production needs advisory. */
export const stageSchema = z.enum(["production", "staging"]);

/** A vendor has it already, so it is whatever that vendor takes. */
const vendorText = text(
  "1 to 100 characters in one line, no space first or last",
  100,
  /^(?!\s)[^\p{C}]+(?<!\s)$/u,
);

const projectSchema = z
  .strictObject({
    name: text(
      "2 to 31 lower-case letters, digits and dashes, a letter first, no dash last",
      31,
      /^[a-z][a-z0-9-]{0,29}[a-z0-9]$/,
    )
      .default("optropic")
      .meta({ description: "Name that the names of all resources begin with." }),
    names: z
      .record(text("a part such as web or on-call-primary", 40, /^[a-z][a-z0-9-]*$/), vendorText)
      .optional()
      .meta({
        description:
          "Names that things have at the vendors already, by the part of the name that would be made: `web` for the project at Vercel, `api` for the service at Render, `database`, `backup` and so on. What is not named is called by `project.name`.",
        expected: "names by part, such as { web: shop-frontend }",
      }),
    repository: text("a GitHub repository, OWNER/NAME", 140, /^[\w.-]{1,39}\/[\w.-]{1,100}$/).meta({
      description: "GitHub repository that both hosts build.",
      checklist: ["7V.2"],
    }),
    branch: branchName
      .default("main")
      .meta({ description: "Branch that is deployed to this stage.", checklist: ["7V.2"] }),
  })
  .meta({ description: "What is deployed." });

const accountsSchema = z
  .strictObject({
    cloudflare: text("a Cloudflare account id, 32 hexadecimal digits", 32, /^[0-9a-f]{32}$/).meta({
      description: "Cloudflare account id. Quote it, because YAML may read it as a number.",
    }),
    supabaseOrganization: identifier.meta({ description: "Slug of the Supabase organization." }),
    vercelTeam: identifier.meta({ description: "Vercel team id, `team_…`." }),
    renderOwner: text("a Render workspace id, tea-… or usr-…", 84, /^(?:tea|usr)-[\w-]+$/).meta({
      description: "Render workspace id.",
    }),
  })
  .meta({ description: "Accounts at the vendors. These are not secrets: tokens come from the environment." });

const hostWhereWellFormed = hostname.optional().catch(undefined);

/** So that one malformed host does not keep the others from being compared with the zone. */
const wellFormedDomains = z.object({
  zone: hostname,
  web: hostWhereWellFormed,
  redirect: hostWhereWellFormed,
  api: hostWhereWellFormed,
});

const domainsSchema = z
  .strictObject({
    zone: hostname.meta({
      description: "Zone at Cloudflare. The stack owns the entire zone, so each stack needs its own.",
      checklist: ["7.7"],
    }),
    web: hostname.meta({ description: "Host of the web application.", checklist: ["7.6", "7V.4"] }),
    redirect: hostname.optional().meta({
      description: "Host that redirects to `web`. If omitted, there is none.",
    }),
    api: hostname.meta({ description: "Host of the API.", checklist: ["7.6"] }),
  })
  .superRefine(
    (domains, context) => {
      const { zone, ...hosts } = wellFormedDomains.parse(domains);
      const seen = new Set<string>();
      for (const [key, host] of Object.entries(hosts)) {
        if (host === undefined) continue;
        const refuse = (message: string) =>
          context.addIssue({ code: "custom", path: [key], message, input: host });
        if (host !== zone && !host.endsWith(`.${zone}`)) refuse("a host in the zone of domains.zone");
        if (seen.has(host)) refuse("a host that differs from the other settings of domains");
        seen.add(host);
      }
    },
    { when: ({ value }) => wellFormedDomains.safeParse(value).success },
  )
  .meta({ description: "DNS names." });

const secretsSchema = z
  .strictObject({
    length: whole(4, 512)
      .default(64)
      .meta({
        description:
          "Number of characters of each generated secret. Supabase accepts passwords of 4 or more.",
        checklist: ["2.4", "2.5"],
      }),
    rotation: word.default("1").meta({
      description:
        "Change this word to regenerate every secret; set `protect` to false for that one change. Quote it if it is a number.",
    }),
    existing: distinct(z.enum(generatedSecretNames), generatedSecretNames.length, String)
      .default([])
      .meta({
        description:
          "Secrets that are in use already and stay as they are. Give each as a secret of that name in the namespace of the given secrets; none is generated for it.",
        checklist: ["2.4", "2.5"],
      }),
    protect: z.boolean().default(true).meta({
      description: "Whether Pulumi refuses to replace or delete the generated secrets.",
    }),
  })
  .prefault({})
  .meta({ description: "Generated secrets. The secrets themselves are not settings." });

const wellFormedHosts = z.object({
  domains: z.object({
    zone: hostname,
    web: hostname,
    redirect: hostname.optional(),
    api: hostname,
  }),
  webProjects: webProjectsSchema,
  services: servicesSchema,
});

const hostCommands = z.looseObject({ buildCommand: line.optional(), startCommand: line.optional() });

const wellFormedCommands = z.object({
  stage: stageSchema,
  api: hostCommands.extend({ preDeployCommand: line.optional() }),
  services: z.record(z.string(), hostCommands),
  rollout: z.looseObject({ migration: z.looseObject({ appliedBy: z.string() }) }),
});

/** Where production has a command that would apply what nobody rehearsed. */
function migratingCommands({ stage, api, services, rollout }: z.infer<typeof wellFormedCommands>) {
  if (stage !== "production" || rollout.migration.appliedBy === "host") return [];
  const hosts = [
    { path: ["api"], commands: { ...api } },
    ...Object.entries(services).map(([name, commands]) => ({ path: ["services", name], commands })),
  ];
  return hosts.flatMap(({ path, commands: { buildCommand, startCommand, ...rest } }) =>
    Object.entries({ buildCommand, startCommand, preDeployCommand: rest.preDeployCommand })
      .filter(([, command]) => typeof command === "string" && appliesMigrations(command))
      .map(([name]) => [...path, name]),
  );
}

/** The settings that say where backups and their copies are. */
const wellFormedStores = z.object({
  stage: stageSchema,
  project: projectSchema,
  accounts: accountsSchema,
  backups: backupsSchema,
});

/** So that another malformed setting does not keep references from being asked for. */
const wellFormedParts = z.object({ manage: manageSchema, existing: existingSchema });

/**
 * The settings of one stack: structured Pulumi configuration under the project's namespace, one top-level
 * key of this schema for each `optropic:` key of Pulumi.<stack>.yaml.
 *
 * The schema refuses what is malformed or impossible. What is well formed but against the checklist (TLS
 * 1.0, no PITR, a short secret) passes here and is left to the policies, which name the item. Defaults are
 * the checklist's own figures; `checklist` names the items that a setting serves.
 */
export const settingsSchema = z
  .strictObject({
    stage: stageSchema.meta({
      description: "Stage of the stack. It is set here and never inferred from a name.",
    }),
    scope: z.enum(["platform", "all"]).default("platform").meta({
      description:
        "Which items the policies require of the stack: the platform's, or also those of its delivery. By default the program in `delivery/` covers the latter.",
    }),
    release: text(
      "a version such as 3.0.0",
      60,
      /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/,
    ).meta({ description: "Version of the platform that the stack runs (Semantic Versioning)." }),
    project: projectSchema,
    manage: manageSchema,
    existing: existingSchema,
    accounts: accountsSchema,
    plans: platformPlansSchema,
    domains: domainsSchema,
    secrets: secretsSchema,
    web: webSchema,
    api: apiSchema,
    webProjects: webProjectsSchema,
    services: servicesSchema,
    database: databaseSchema,
    edge: edgeSchema,
    backups: backupsSchema,
    objectives: objectivesSchema,
    errorTracking: errorTrackingSchema,
    observability: observabilitySchema,
    onCall: onCallSchema,
    logs: logsSchema,
    loadTest: loadTestSchema,
    evidence: evidenceSchema,
    rollout: rolloutSchema,
    verify: verifySchema,
    headers: z
      .enum(["edge", "application"])
      .default("edge")
      .meta({
        description:
          "What sends the security headers: rules at the edge, or the application itself, for example with Helmet. What the application sends only a probe can measure: until then those policies say unknown.",
        checklist: ["4.2", "4.5", "4.6", "4.8"],
      }),
    roles: z
      .record(
        z.string().min(1).max(200),
        z.enum(["application", "documentation", "redirect", "tool", "worker", "proxy"]),
      )
      .default({})
      .meta({
        description:
          "What hosts are there for, by the name of the resource, where it cannot be told. Only the application is asked for its secrets. A proxy is a route of a Worker, or rules of snippets, that passes requests on: what comes through it is measured by `optropic verify`.",
        expected: "application, documentation, redirect, tool, worker or proxy, by the name of a resource",
      }),
    contacts: contactsSchema,
    links: linksSchema,
    waiverDays: waiverDaysSchema,
    waivers: z.unknown().optional().meta({
      description:
        "Violations of policies, and what probes find, that are accepted for a limited time: see policies/README.md.",
      expected: "a list of waivers",
    }),
  })
  .superRefine(
    (settings, context) => {
      const { manage, existing } = wellFormedParts.parse(settings);
      for (const { key, why } of missingReferences(manage, existing))
        context.addIssue({ code: "custom", path: ["existing", key], message: why, input: undefined });
    },
    { when: ({ value }) => wellFormedParts.safeParse(value).success },
  )
  .superRefine(
    (settings, context) => {
      const { domains, webProjects, services } = wellFormedHosts.parse(settings);
      const seen = new Set([domains.web, domains.redirect, domains.api]);
      for (const { host, setting } of furtherHosts({ webProjects, services })) {
        const refuse = (path: readonly string[], message: string) =>
          context.addIssue({ code: "custom", path: [...path], message, input: undefined });
        if (host !== domains.zone && !host.endsWith(`.${domains.zone}`))
          refuse(setting, "a host in the zone of domains.zone");
        if (seen.has(host)) refuse(setting, "a host that no other part has");
        seen.add(host);
      }
      for (const name of Object.keys(services).filter((each) => Object.hasOwn(webProjects, each)))
        context.addIssue({
          ...{ code: "custom", path: ["services", name], input: undefined },
          message: "a name that no part of webProjects has",
        });
    },
    { when: ({ value }) => wellFormedHosts.safeParse(value).success },
  )
  .superRefine(
    (settings, context) => {
      for (const path of migratingCommands(wellFormedCommands.parse(settings)))
        context.addIssue({
          ...{ code: "custom", path, input: undefined },
          message:
            "a command that applies no migration, such as npx prisma migrate status: a release applies what was rehearsed, unless rollout.migration.appliedBy is host",
        });
    },
    { when: ({ value }) => wellFormedCommands.safeParse(value).success },
  )
  .superRefine(
    (settings, context) => {
      const stores = wellFormedStores.parse(settings);
      for (const { index, copy, other } of sharedCopies(backupStore(stores), stores.backups.copies))
        context.addIssue({
          ...{ code: "custom", path: ["backups", "copies", index, "bucket"], input: copy.bucket },
          message: `a bucket that the store "${other}" is not in, by preference at another vendor: what destroys one destroys both`,
        });
    },
    { when: ({ value }) => wellFormedStores.safeParse(value).success },
  );

export const platformModel: SettingsModel<typeof settingsSchema> = {
  schema: settingsSchema,
  reference: "docs/settings.md",
};

/** Settings of a stack, every default filled in. */
export type Settings = z.infer<typeof settingsSchema>;

/** Settings as a person writes them: what has a default may be left out. */
export type SettingsInput = z.input<typeof settingsSchema>;

export type Stage = z.infer<typeof stageSchema>;
