import type { BridgedPackage } from "../bridged.ts";

/** Terraform provider jianyuan/sentry, by its community; Sentry itself points to it. */
export const sentry: BridgedPackage = {
  name: "sentry",
  version: "0.15.4",
  url: "registry.opentofu.org/jianyuan/sentry",
};
