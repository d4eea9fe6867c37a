import * as z from "zod";
import { publicNetwork, text, whole } from "./kinds.ts";

/** Regions of Supabase, by the codes that its Management API takes. */
export const regions = [
  "ap-east-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

const computeSizes = [
  "nano",
  "micro",
  "small",
  "medium",
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "8xlarge",
  "12xlarge",
  "16xlarge",
] as const;

/** The database, on Supabase. */
export const databaseSchema = z
  .strictObject({
    region: z.enum(regions).meta({
      description: "AWS region of the project. Supabase cannot move an existing project.",
      checklist: ["7.5"],
    }),
    computeSize: z
      .enum(computeSizes)
      .default("small")
      .meta({
        description: "Compute size. Point-in-time recovery needs small or larger.",
        checklist: ["3.3"],
      }),
    pitrDays: z
      .literal([0, 7, 14, 28], { error: "0, 7, 14 or 28 days" })
      .default(7)
      .meta({
        description: "Days of point-in-time recovery; 0 turns it off. Supabase sells no other periods.",
        checklist: ["3.3"],
        expected: "0, 7, 14 or 28",
      }),
    pool: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .meta({ description: "Whether the application connects through the pooler." }),
        mode: z.enum(["transaction", "session"]).default("transaction").meta({ description: "Pool mode." }),
        size: whole(1, 1000).default(15).meta({
          description: "Server connections for each pair of user and database.",
        }),
        connectionsPerInstance: whole(1, 100).default(5).meta({
          description: "Connections that one instance of the application opens to the pooler.",
        }),
      })
      .prefault({})
      .meta({ description: "Connection pooling.", checklist: ["3.4"] }),
    sslMode: z
      .enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
      .default("require")
      .meta({ description: "`sslmode` of every connection string.", checklist: ["3.5"] }),
    enforceSsl: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether Supabase rejects plaintext connections.",
        checklist: ["3.5"],
      }),
    anonymousReads: z
      .array(text("a table such as public.countries", 201, /^[^."\s]{1,100}\.[^."\s]{1,100}$/))
      .max(500)
      .default([])
      .meta({
        description:
          "Tables of which the anonymous role may read rows. `optropic verify` tries all the others.",
        checklist: ["3.7"],
      }),
    allowedNetworks: z.array(publicNetwork).max(100).meta({
      description:
        "Networks that may reach the database. An empty list blocks all of them. Functions on Vercel have no fixed addresses on most plans.",
    }),
  })
  .meta({ description: "The database, on Supabase.", checklist: ["3.1"] });
