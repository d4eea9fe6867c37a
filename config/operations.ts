import * as z from "zod";
import { decimal, emailAddress, whole } from "./kinds.ts";

/** What the platform promises; the defaults are the checklist's figures. */
export const objectivesSchema = z
  .strictObject({
    rpoMinutes: whole(1, 43_200)
      .default(1440)
      .meta({
        description: "Recovery point objective: minutes of data lost at most.",
        checklist: ["8.7"],
      }),
    rtoMinutes: whole(1, 43_200)
      .default(60)
      .meta({
        description: "Recovery time objective: minutes until service is back.",
        checklist: ["8.6"],
      }),
    p95Ms: whole(1, 60_000)
      .default(500)
      .meta({
        description: "95th percentile of latency, in milliseconds.",
        checklist: ["6.2"],
      }),
    p99Ms: whole(1, 60_000)
      .default(1000)
      .meta({
        description: "99th percentile of latency, in milliseconds.",
        checklist: ["6.3"],
      }),
    errorRatePercent: decimal(0, 100)
      .default(1)
      .meta({
        description: "Failed requests, in percent of all.",
        checklist: ["6.4"],
      }),
    memoryPercent: whole(1, 100)
      .default(90)
      .meta({
        description: "Memory of a process, in percent of its limit.",
        checklist: ["A.4"],
      }),
    databaseConnectionsPercent: whole(1, 100)
      .default(80)
      .meta({
        description: "Open connections of the database, in percent of those allowed.",
        checklist: ["A.5"],
      }),
  })
  .prefault({})
  .meta({ description: "What the platform promises. The retention of backups is `backups.retentionDays`." });

/** Who answers for the platform. */
export const contactsSchema = z
  .strictObject({
    technicalLead: emailAddress.meta({ description: "Technical lead.", checklist: ["C.1"] }),
    devops: emailAddress.meta({ description: "DevOps.", checklist: ["C.2"] }),
    databaseAdmin: emailAddress.meta({ description: "Database administrator.", checklist: ["C.3"] }),
    security: emailAddress.meta({ description: "Security.", checklist: ["C.4"] }),
  })
  .meta({ description: "Who answers for the platform.", checklist: ["S7.5"] });
