import * as z from "zod";
import { decimal, emailAddress, whole } from "./kinds.ts";

/** What the platform promises; the defaults are the checklist's figures. */
export const objectivesSchema = z
  .strictObject({
    rpoMinutes: whole(1, 43_200)
      .default(1440)
      .meta({
        description: "Recovery point objective: the most data, in minutes, that may be lost.",
        checklist: ["8.7"],
      }),
    rtoMinutes: whole(1, 43_200)
      .default(60)
      .meta({
        description: "Recovery time objective: the most minutes until service is restored.",
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
        description: "Failed requests, as a percentage of all requests.",
        checklist: ["6.4"],
      }),
    memoryPercent: whole(1, 100)
      .default(90)
      .meta({
        description: "Memory of a process, as a percentage of its limit.",
        checklist: ["A.4"],
      }),
    databaseConnectionsPercent: whole(1, 100)
      .default(80)
      .meta({
        description: "Open database connections, as a percentage of those allowed.",
        checklist: ["A.5"],
      }),
  })
  .prefault({})
  .meta({
    description: "The objectives of the platform. The retention of backups is `backups.retentionDays`.",
  });

/** Who is responsible for the platform. */
export const contactsSchema = z
  .strictObject({
    technicalLead: emailAddress.meta({ description: "Technical lead.", checklist: ["C.1"] }),
    devops: emailAddress.meta({ description: "DevOps.", checklist: ["C.2"] }),
    databaseAdmin: emailAddress.meta({ description: "Database administrator.", checklist: ["C.3"] }),
    security: emailAddress.meta({ description: "Security.", checklist: ["C.4"] }),
  })
  .meta({ description: "Who is responsible for the platform.", checklist: ["S7.5"] });
