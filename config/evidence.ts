import * as z from "zod";
import { text, whole } from "./kinds.ts";

const hours = (value: number, what: string) =>
  whole(1, 87_600)
    .default(value)
    .meta({ description: `Hours that ${what} counts.` });

/** How long evidence counts, and whose signature it must have. */
export const evidenceSchema = z
  .strictObject({
    publicKeys: z
      .array(text("a public key as optropic evidence keygen prints it", 60, /^ed25519:[A-Za-z0-9+/]{43}=$/))
      .max(20)
      .default([])
      .meta({
        description:
          "Public keys of those who may sign evidence. With a key here, evidence that none of them signed does not count.",
      }),
    fourEyes: z.boolean().default(true).meta({
      description: "Whether the author of the released commit may sign no attestation for it.",
    }),
    attestationDays: whole(1, 366).default(90).meta({
      description: "The most days that an attestation may count, from the day when it is signed.",
    }),
    validHours: z
      .strictObject({
        preview: hours(168, "a preview, and only for its own commit,"),
        verify: hours(24, "a measurement of what runs"),
        drill: hours(720, "a restore drill"),
        backup: hours(26, "a backup"),
        loadTest: hours(720, "a load test"),
        gate: hours(168, "a gate"),
        release: hours(720, "a step of a release"),
        watch: hours(24, "a watch over the platform"),
      })
      .prefault({})
      .meta({ description: "How long evidence counts, by what it is from." }),
  })
  .prefault({})
  .meta({ description: "Evidence that the decision to go live is made of." });
