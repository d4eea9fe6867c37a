import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readText } from "../../lib/files.ts";
import { schemaProblems } from "../../lib/schema-problems.ts";
import { fromStruct, toStruct } from "../engine/struct.ts";
import type { PropertyMap, PropertyValue } from "../engine/values.ts";

/** Pulumi's enforcement levels. */
export type EnforcementLevel = "advisory" | "mandatory" | "disabled" | "remediate";

export interface PolicyInfo {
  name: string;
  description: string;
  level: EnforcementLevel;
  kind: "resource" | "stack";
  /** Ids of the framework's requirements that the policy covers. */
  items: string[];
  remediationSteps: string;
  schema: { properties: PropertyMap; required: string[] } | undefined;
}

const level = z.enum(["advisory", "mandatory", "disabled", "remediate"]);
const packConfig = z.record(
  z.string().max(200),
  z.union([level, z.looseObject({ enforcementLevel: level.optional() })]),
);

/** Configuration of a pack: a policy's name, or `all`, to a level or to a level and properties. */
export type PackConfig = z.infer<typeof packConfig>;
type PolicyConfigMessage = InstanceType<typeof analyzerPb.PolicyConfig>;
type AnalyzerInfo = InstanceType<typeof analyzerPb.AnalyzerInfo>;

/** The most that is read of a file of policy configuration. */
const maximumConfigBytes = 1024 * 1024;

/** Reads a file of policy configuration, as `pulumi preview --policy-pack-config` does. */
export function readPackConfig(path: string): PackConfig {
  const what = `the policy configuration ${path}`;
  const text = readText(what, path, { maximumBytes: maximumConfigBytes, kind: "policy-pack" });
  let content: unknown;
  try {
    // As Pulumi does, an empty file is no configuration.
    content = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw cannotRead(what, error, "policy-pack");
  }
  const parsed = packConfig.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Failure(
    "policy-pack",
    `The policy configuration ${path} does not fit:\n${schemaProblems(parsed.error)}`,
  );
}

export function policyInfos(info: AnalyzerInfo): PolicyInfo[] {
  return info.getPoliciesList().map((policy) => {
    const schema = policy.getConfigschema();
    return {
      name: policy.getName(),
      description: policy.getDescription(),
      level: levelFrom(policy.getEnforcementlevel()) ?? "advisory",
      kind: policy.getPolicyType() === analyzerPb.PolicyType.POLICY_TYPE_STACK ? "stack" : "resource",
      items: (policy.getFramework()?.getReference() ?? "")
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== ""),
      remediationSteps: policy.getRemediationSteps(),
      schema:
        schema === undefined
          ? undefined
          : { properties: fromStruct(schema.getProperties()), required: schema.getRequiredList() },
    };
  });
}

/**
 * Joins a pack's own configuration with the user's, which goes first, as the engine does: `all` sets the
 * level of every policy that is not named, a schema's defaults fill what is left out.
 *
 * @throws {Failure} naming every policy whose configuration does not fit its schema
 */
export function reconcile(
  pack: string,
  policies: readonly PolicyInfo[],
  initial: { get(name: string): PolicyConfigMessage | undefined },
  user: PackConfig | undefined,
): Map<string, PolicyConfigMessage> {
  const given = new Map(Object.entries(user ?? {}));
  const strangers = [...given.keys()].filter(
    (name) => name !== "all" && !policies.some((policy) => policy.name === name),
  );
  const problems = strangers.map((name) => `${name}: the pack has no such policy`);
  const configs = new Map<string, PolicyConfigMessage>();
  for (const policy of policies) {
    const own = initial.get(policy.name);
    const named = splitConfig(given.get(policy.name));
    const enforced =
      named.level ??
      splitConfig(given.get("all")).level ??
      levelFrom(own?.getEnforcementlevel()) ??
      levelFrom(initial.get("all")?.getEnforcementlevel()) ??
      policy.level;
    const properties = {
      ...schemaDefaults(policy),
      ...fromStruct(own?.getProperties()),
      ...named.properties,
    };
    problems.push(...configProblems(policy, properties));
    const config = new analyzerPb.PolicyConfig();
    config.setEnforcementlevel(levelNumbers[enforced]);
    config.setProperties(Object.keys(properties).length === 0 ? new structPb.Struct() : toStruct(properties));
    configs.set(policy.name, config);
  }
  if (problems.length > 0) {
    throw new Failure(
      "policy-pack",
      `the configuration of policy pack ${pack} does not fit:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
  }
  return configs;
}

const levelNumbers = {
  advisory: analyzerPb.EnforcementLevel.ADVISORY,
  mandatory: analyzerPb.EnforcementLevel.MANDATORY,
  disabled: analyzerPb.EnforcementLevel.DISABLED,
  remediate: analyzerPb.EnforcementLevel.REMEDIATE,
} as const;

export function levelFrom(number: number | undefined): EnforcementLevel | undefined {
  return level.options.find((name) => levelNumbers[name] === number);
}

function splitConfig(config: PackConfig[string] | undefined): {
  level: EnforcementLevel | undefined;
  properties: PropertyMap;
} {
  if (config === undefined) return { level: undefined, properties: {} };
  if (typeof config === "string") return { level: config, properties: {} };
  const { enforcementLevel, ...properties } = config;
  return { level: enforcementLevel, properties: properties as PropertyMap };
}

function schemaDefaults(policy: PolicyInfo): PropertyMap {
  const defaults: PropertyMap = {};
  for (const [name, property] of Object.entries(policy.schema?.properties ?? {})) {
    const value = isRecord(property) ? property.default : undefined;
    if (value !== undefined) defaults[name] = value;
  }
  return defaults;
}

function configProblems(policy: PolicyInfo, properties: PropertyMap): string[] {
  if (policy.schema === undefined) return [];
  const { required } = policy.schema;
  try {
    const schema = z.fromJSONSchema({
      type: "object",
      properties: policy.schema.properties,
      required,
    } as Parameters<typeof z.fromJSONSchema>[0]);
    const parsed = schema.safeParse(properties);
    return parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${[policy.name, ...issue.path].join(".")}: ${issue.message}`);
  } catch (error) {
    return [`${policy.name}: its configuration schema cannot be read: ${reasonOf(error)}`];
  }
}

function isRecord(value: PropertyValue): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
