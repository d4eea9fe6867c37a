import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { Inputs } from "./inputs.ts";
import {
  type Blueprint,
  type BlueprintGroup,
  type BlueprintService,
  type BlueprintVariable,
  blueprintSchema,
} from "./schema.ts";
import { isService, serviceOf, variableOf } from "./service.ts";

/** A resource as a preview has it. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly parent?: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Exported {
  blueprint: Blueprint;
  /** What is declared at Render and a Blueprint cannot say, one short text each. */
  left: string[];
}

const project = "render:index/project:Project";
const group = "render:index/envGroup:EnvGroup";
const link = "render:index/envGroupLink:EnvGroupLink";

/**
 * The Blueprint of what a program declares at Render. The ids that join resources are not known before the
 * deployment, so a group belongs to the services of the component that links it, and all of them to the one
 * environment that is declared.
 *
 * @throws {Failure} `failed`, where nothing is declared at Render or Render would not take the Blueprint
 */
export function blueprintOf(resources: readonly Declared[]): Exported {
  const own = resources.filter(({ type }) => type.startsWith("render:"));
  const services = own.filter(({ type }) => isService(type));
  if (services.length === 0) throw new Failure("failed", "The program declares no service at Render");
  const left: string[] = [];
  const linked = new Set(own.filter(({ type }) => type === link).map(({ parent }) => parent));
  const groups = own.filter(({ type }) => type === group).map((each) => groupOf(each, left));
  const written = services.map((declared) => {
    const { service, left: rest } = serviceOf(declared.type, declared.inputs);
    left.push(...rest.map((name) => `${name} of ${declared.name}`));
    const joined = groups.filter(({ parent }) => linked.has(parent) && parent === declared.parent);
    const envVars = [...joined.flatMap(({ ofService }) => ofService), ...ownVariables(service)];
    return { ...service, ...(envVars.length > 0 && { envVars }) };
  });
  const unlinked = groups.filter(({ parent }) => !linked.has(parent));
  left.push(...unlinked.map(({ name }) => `the link of the group ${name}, which no component makes`));
  const covered = new Set([project, group, link]);
  const others = own.filter(({ type }) => !isService(type) && !covered.has(type));
  left.push(...others.map(({ type, name }) => `${type.split(":").at(-1) ?? type} ${name}`));
  const content = { services: written, envVarGroups: groups.map(({ written: each }) => each) };
  return { blueprint: checked(inEnvironment(content, own, left)), left };
}

function ownVariables(service: Record<string, unknown>): unknown[] {
  return Array.isArray(service.envVars) ? service.envVars : [];
}

interface Group {
  name: string;
  parent: string | undefined;
  written: BlueprintGroup;
  /** The group itself, and what only the service can be asked for. */
  ofService: BlueprintVariable[];
}

function groupOf({ name, parent, inputs: values }: Declared, left: string[]): Group {
  const inputs = new Inputs(values);
  inputs.ignore("environmentId");
  const called = inputs.text("name") ?? name;
  const variables = inputs.map("envVars").map(([key, entry]) => variableOf(key, entry));
  const kept = variables.flatMap((variable) =>
    "sync" in variable || "fromGroup" in variable ? [] : [variable],
  );
  const asked = variables.filter((variable) => "sync" in variable);
  left.push(...inputs.rest().map((input) => `${input} of ${name}`));
  return {
    name: called,
    parent,
    written: { name: called, envVars: kept },
    ofService: [{ fromGroup: called }, ...asked],
  };
}

/** Under its project and environment, where one alone is declared. */
function inEnvironment(
  content: { services: unknown[]; envVarGroups: unknown[] },
  own: readonly Declared[],
  left: string[],
): unknown {
  const environments = own
    .filter(({ type }) => type === project)
    .flatMap(({ inputs: values }) => {
      const inputs = new Inputs(values);
      const name = inputs.text("name");
      return inputs.map("environments").map(([key, environment]) => ({ name, key, environment }));
    });
  const [only] = environments;
  if (only === undefined || environments.length > 1) {
    left.push(
      ...environments.map(({ name, key }) => `which services are in the environment ${key} of ${name}`),
    );
    return content;
  }
  const { name, key, environment } = only;
  const isolated = environment.flag("networkIsolated");
  const protectedStatus = environment.text("protectedStatus");
  return {
    projects: [
      {
        name,
        environments: [
          {
            name: environment.text("name") ?? key,
            ...content,
            ...(isolated !== undefined && { networking: { isolation: isolated ? "enabled" : "disabled" } }),
            ...(protectedStatus !== undefined && {
              permissions: { protection: protectedStatus === "protected" ? "enabled" : "disabled" },
            }),
          },
        ],
      },
    ],
  };
}

function checked(document: unknown): Blueprint {
  const result = blueprintSchema.safeParse(document);
  if (result.success) return result.data;
  throw new Failure(
    "failed",
    `Render would not take what the program declares as a Blueprint:\n${z.prettifyError(result.error)}`,
  );
}

/** The services of a Blueprint, wherever they stand. */
export function servicesOf({ projects = [], services = [] }: Blueprint): BlueprintService[] {
  const inside = projects.flatMap(({ environments }) =>
    environments.flatMap((environment) => environment.services ?? []),
  );
  return [...services, ...inside];
}
