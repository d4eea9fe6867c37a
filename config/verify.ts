import * as z from "zod";
import { ipAddress } from "./kinds.ts";

/** What `optropic verify` needs besides what the stack declares. */
export const verifySchema = z
  .strictObject({
    resolvers: z
      .array(ipAddress)
      .max(10)
      .default([])
      .meta({
        description:
          "Addresses of DNS resolvers that pass signatures on (RFC 4035). By default those of the machine that runs `optropic verify`.",
        checklist: ["7.7"],
      }),
  })
  .prefault({})
  .meta({ description: "What `optropic verify` needs besides what the stack declares." });
