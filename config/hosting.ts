import * as z from "zod";
import { line, text, url, urlPath, whole } from "./kinds.ts";

const keptFor = z.enum(["1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited"]);

/** The web application, on Vercel. */
export const webSchema = z
  .strictObject({
    baseUrl: url.optional().meta({
      description: "The application's own URL. By default the web host over https.",
      checklist: ["2.7"],
    }),
    region: text("a Vercel region such as fra1", 4, /^[a-z]{3}[0-9]$/).meta({
      description:
        "Where functions run. Only the form is checked here: Vercel's provider looks up the list of regions when it plans.",
      checklist: ["7.5"],
    }),
    nodeVersion: z.enum(["20.x", "22.x", "24.x"]).default("24.x").meta({
      description: "Node.js version of builds and functions.",
    }),
    framework: z.enum(["nextjs", "remix", "nuxtjs", "sveltekit", "astro", "vite"]).default("nextjs").meta({
      description: "Framework that Vercel builds.",
    }),
    retention: z
      .strictObject({
        production: keptFor.default("1y").meta({ description: "Deployments of the production branch." }),
        preview: keptFor.default("1m").meta({ description: "Deployments of other branches." }),
        canceled: keptFor.default("1w").meta({ description: "Deployments that were canceled." }),
        errored: keptFor.default("1m").meta({ description: "Deployments that failed." }),
      })
      .prefault({})
      .meta({ description: "How long Vercel keeps deployments, in Vercel's units: d, w, m and y." }),
  })
  .meta({ description: "The web application, on Vercel." });

const instances = whole(1, 100);
const wellFormedBounds = z.object({ min: instances, max: instances });

export const scalingSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: "Whether the number of instances follows the load." }),
    min: instances.default(2).meta({ description: "Minimum number of instances." }),
    max: instances.default(6).meta({ description: "Maximum number of instances." }),
    cpuPercent: whole(1, 100)
      .default(70)
      .meta({ description: "Mean CPU use above which an instance is added." }),
    memoryPercent: whole(1, 100).default(75).meta({
      description: "Mean memory use above which an instance is added.",
    }),
  })
  .refine(({ min, max }) => min <= max, {
    error: "no more than scaling.max",
    path: ["min"],
    when: ({ value }) => wellFormedBounds.safeParse(value).success,
  })
  .prefault({})
  .meta({ description: "Autoscaling.", checklist: ["7.4"] });

export const variablesSchema = z.enum(["platform", "keep"]).default("platform").meta({
  description:
    "What becomes of variables and secret files that the service itself has beside the platform's: `platform` removes them, `keep` leaves them as they are, and they come before the platform's of the same name.",
});

/** Render's instance types beside the free one, which it has for web services alone. */
export const paidPlans = ["starter", "standard", "pro", "pro_plus", "pro_max", "pro_ultra"] as const;

/** The API, on Render. */
export const apiSchema = z
  .strictObject({
    region: z.enum(["frankfurt", "ohio", "oregon", "singapore", "virginia"]).meta({
      description: "Where the API runs. Render cannot move a service, so a change replaces it.",
      checklist: ["7.5"],
    }),
    plan: z
      .enum(["free", ...paidPlans])
      .default("standard")
      .meta({ description: "Render instance type.", checklist: ["7.4"] }),
    scaling: scalingSchema,
    healthCheckPath: urlPath.default("/api/health").meta({
      description: "Path of the health check, on both hosts.",
      checklist: ["5.7", "7R.4"],
    }),
    loginPath: urlPath.default("/api/trpc/login").meta({
      description: "Path of the login endpoint, which has its own rate limit.",
      checklist: ["4.4"],
    }),
    autoDeploy: z
      .enum(["commit", "checksPass", "off"])
      .default("checksPass")
      .meta({
        description: "When Render deploys automatically: on each commit, when checks pass, or never.",
        checklist: ["7R.5"],
      }),
    variables: variablesSchema,
    buildCommand: line.default("npm ci && npm run build").meta({ description: "Builds the API." }),
    startCommand: line.default("npm run start").meta({ description: "Starts the API." }),
    preDeployCommand: line.default("npx prisma migrate status").meta({
      description:
        "Runs before traffic is switched to a release. The default lets a deployment fail while a migration is pending or failed, and applies none: see `rollout.migration.appliedBy`.",
      checklist: ["3.6"],
    }),
  })
  .meta({ description: "The API, on Render." });
