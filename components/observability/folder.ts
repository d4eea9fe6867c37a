import { Folder } from "@pulumi/grafana/oss/folder.js";
import type { ObservabilityScope } from "./args.ts";

/** The folder of the dashboards, alert rules, and checks. */
export function createFolder(scope: ObservabilityScope): Folder {
  return new Folder(
    ...scope.child("folder", { title: "Optropic", uid: "optropic", preventDestroyIfNotEmpty: true }),
  );
}
