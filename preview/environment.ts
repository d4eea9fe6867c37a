import { originsVariable } from "../config/origin-message.ts";
import type { Project } from "../project/project.ts";
import type { Given } from "./isolation/environment.ts";

/** What the engine's host for Node.js gives a program, with the older form of keys that every SDK reads. */
export function programEnvironment(project: Project): Given {
  const config = [...project.config].map(([key, value]) => [key.replace(":", ":config:"), value]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    [originsVariable]: "true",
    ...(project.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(project.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
  };
}

/** What Pulumi's engine says to a program and to a pack by their environment. */
export function guestEnvironment(project: Project): Given {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(project.config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([...project.secretKeys]),
    PULUMI_PROJECT: project.name,
    PULUMI_STACK: project.stack,
    PULUMI_ORGANIZATION: project.organization,
    PULUMI_DRY_RUN: "true",
    PULUMI_NODEJS_PROJECT: project.name,
    PULUMI_NODEJS_STACK: project.stack,
    PULUMI_NODEJS_ORGANIZATION: project.organization,
    PULUMI_NODEJS_DRY_RUN: "true",
  };
}
