import type { BridgedPackage } from "../bridged.ts";

/** Terraform provider render-oss/render, by Render. */
export const render: BridgedPackage = {
  name: "render",
  version: "1.9.1",
  url: "registry.opentofu.org/render-oss/render",
};
