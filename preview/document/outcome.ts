import type { Violation } from "../../checklist/violation.ts";
import { readViolation } from "../../checklist/wire.ts";
import type { SourcePosition } from "../../lib/failure.ts";
import type { Places } from "../../project/places.ts";
import type { Project } from "../../project/project.ts";
import type { LogEntry } from "../engine/engine.ts";
import { isImportedByValue } from "../engine/registration.ts";
import type { PreviewResource } from "../engine/resource.ts";
import { isAboutStack, rootStackType } from "../engine/urn.ts";
import { forDisplay, type PropertyMap, type PropertyValue, unknown } from "../engine/values.ts";
import type { Diagnostic } from "../packs/analysis.ts";
import type { PackVerdict } from "../packs/judgement.ts";
import type { EnforcementLevel, PolicyInfo } from "../packs/pack-config.ts";
import { diffPreviews, propertyChanges } from "./diff.ts";
import type {
  AppliedRemediation,
  PolicyOutcome,
  PolicyStatus,
  PreviewDocument,
  ResourceOptions,
  ShownResource,
  ShownViolation,
} from "./document.ts";
import { exceptionsOf, namesOf } from "./exceptions.ts";
import { findingsOf } from "./findings.ts";
import { fixOf, isWithin, type OriginSetting, type Origins } from "./origins.ts";
import { withPlainSecrets } from "./plain-secrets.ts";
import type { SavedPreview } from "./saved.ts";
import type { Secrets } from "./secrets.ts";

/** What a pack said of a stack, and what of the pack is shown with it. */
export interface Verdict extends Pick<PackVerdict, "diagnostics" | "remediations" | "applied"> {
  pack: Pick<PackVerdict["pack"], "name" | "policies" | "printed" | "log">;
  /** Policies that said that something is judged elsewhere, and why. */
  elsewhere?: PackVerdict["elsewhere"];
}

export function previewDocument(run: {
  project: Project;
  source: "program" | "state";
  places?: Places;
  base?: SavedPreview | undefined;
  /** What was given beside the stack's file, as `key=value`. */
  overrides?: readonly string[] | undefined;
  resources: readonly PreviewResource[];
  verdicts: readonly Verdict[];
  secrets: Secrets;
  log: readonly LogEntry[];
  origins?: Origins | undefined;
  printed: string;
  timings: PreviewDocument["timings"];
  durationMs: number;
}): PreviewDocument {
  const scrub: Scrub = (text) => run.secrets.scrub(text);
  const said: Scrub = (text) => run.secrets.scrubLog(text.trim()).replaceAll(unknown, "[unknown]");
  const declared = new Map(run.resources.map(({ urn, source }) => [urn, source]));
  const placeOf: PlaceOf = (urn, setting) =>
    (setting === undefined ? declared.get(urn) : undefined) ?? run.places?.ofStack(setting);
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  const originOf: OriginOf = (violation) =>
    run.origins?.settingOf(violation, forDisplay(byUrn.get(violation.resource ?? "")?.inputs ?? {}));
  const given = namesOf(run.project.name, run.overrides ?? []);
  const isGiven = (setting: string): boolean =>
    given.some((name) => setting === name || isWithin(setting, name));
  const showing = { scrub, placeOf, originOf, isGiven };
  const policies = run.verdicts.flatMap((verdict) => outcomes(verdict, showing));
  const having = (status: PolicyStatus): PolicyOutcome[] =>
    policies.filter((policy) => policy.status === status);
  const violated = having("violated");
  const document: PreviewDocument = {
    project: run.project.name,
    stack: run.project.stack,
    resources: run.resources.map((resource) => shown(resource, run.source, scrub)),
    outputs: outputsOf(run.resources, scrub),
    policies,
    findings: findingsOf(policies),
    remediations: run.verdicts.flatMap((verdict) => remediations(verdict, run.source, scrub)),
    messages: [
      ...[run.log, ...run.verdicts.map(({ pack }) => pack.log)]
        .flat()
        .map((entry) => ({ ...entry, message: said(entry.message) })),
      ...[run.printed, ...run.verdicts.map(({ pack }) => pack.printed)]
        .map(said)
        .filter((text) => text !== "")
        .map((text) => ({ severity: "printed", message: text, urn: "" })),
    ],
    timings: run.timings,
    summary: {
      resources: run.resources.length,
      passed: having("passed").length,
      violated: violated.length,
      mandatory: violated.filter((policy) => policy.enforcement === "mandatory").length,
      advisory: violated.filter((policy) => policy.enforcement !== "mandatory").length,
      waived: having("waived").length,
      unknown: having("unknown").length,
      ...(having("elsewhere").length > 0 && { elsewhere: having("elsewhere").length }),
      notApplicable: having("not-applicable").length,
      durationMs: Math.round(run.durationMs),
    },
  };
  const exceptions = exceptionsOf(run.project, policies, Date.now(), run.overrides).map(scrub);
  const shownDocument = exceptions.length === 0 ? document : { ...document, exceptions };
  return run.base === undefined
    ? shownDocument
    : { ...shownDocument, diff: diffPreviews(scrubbedBase(run.base, scrub), document) };
}

function outputsOf(resources: readonly PreviewResource[], scrub: Scrub): PropertyMap {
  const root = resources.find(({ type }) => type === rootStackType);
  return scrubbed(forDisplay(root?.outputs ?? {}), scrub);
}

function remediations(
  { pack, remediations: changes }: Verdict,
  source: "program" | "state",
  scrub: Scrub,
): AppliedRemediation[] {
  return changes.flatMap(({ policy, urn, before, after }) => {
    const shownOf = (properties: PropertyMap): PropertyMap => scrubbed(forDisplay(properties), scrub);
    const properties = propertyChanges(shownOf(before), shownOf(after));
    return properties.length === 0
      ? []
      : [{ pack: pack.name, policy, urn, applied: source === "program", properties }];
  });
}

type OriginOf = (violation: Violation) => OriginSetting | undefined;
type PlaceOf = (urn: string, setting: string | undefined) => SourcePosition | undefined;

/** What it takes to show a violation. */
/** Whether some violation is shown with the setting that it came from, where the policy itself names none. */
export function asksForOrigins(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ pack, diagnostics }) => {
    const policies = new Map(pack.policies.map((policy) => [policy.name, policy]));
    return diagnostics.some((diagnostic) => {
      const policy = policies.get(diagnostic.policy);
      if (policy === undefined) return false;
      const violation = readViolation(diagnostic, policy);
      return violation.setting === undefined && ownStatus(violation) !== "unknown";
    });
  });
}

interface Showing {
  scrub: Scrub;
  placeOf: PlaceOf;
  originOf: OriginOf;
  /** Whether --config gives a setting, so that its line in the file is not the only place to change. */
  isGiven: (setting: string) => boolean;
}

function outcomes(verdict: Verdict, showing: Showing): PolicyOutcome[] {
  const { pack } = verdict;
  return pack.policies.map((policy) => {
    const diagnostics = verdict.diagnostics.filter((diagnostic) => diagnostic.policy === policy.name);
    const violations = diagnostics.map((diagnostic) => readViolation(diagnostic, policy));
    const status = statusOf(policy, violations, verdict);
    const elsewhere = status === "elsewhere" ? verdict.elsewhere?.get(policy.name) : undefined;
    return {
      pack: pack.name,
      name: policy.name,
      description: policy.description,
      enforcement: enforcementOf(policy, status, diagnostics),
      items: policy.items,
      status,
      ...(policy.remediationSteps !== "" && { fix: policy.remediationSteps }),
      violations: [
        ...violations.map((violation) => shownViolation(violation, policy, status, showing)),
        ...(elsewhere === undefined ? [] : [{ urn: "", message: elsewhere }]),
      ],
    };
  });
}

function shownViolation(
  violation: Violation,
  policy: PolicyInfo,
  status: PolicyStatus,
  { scrub, placeOf, originOf, isGiven }: Showing,
): ShownViolation {
  const { resource: urn = "", found, property, expected, waiver } = violation;
  const own = ownStatus(violation);
  const origin = own === "unknown" || violation.setting !== undefined ? undefined : originOf(violation);
  const setting = violation.setting ?? origin?.path;
  const isFlag = setting !== undefined && isGiven(setting);
  const source = placeOf(urn, setting);
  const declared = setting === undefined ? undefined : placeOf(urn, undefined);
  const fix =
    origin === undefined ? violation.fix : fixOf(origin, source, expected ?? policy.description, isFlag);
  return {
    urn,
    message: scrub(found),
    ...(own !== "violated" && own !== status && { status: own }),
    ...(source && { source }),
    ...(declared && !isAboutStack(urn) && { declared }),
    ...(property !== undefined && { property: scrub(property) }),
    ...(setting !== undefined && { setting: scrub(setting) }),
    ...(expected !== undefined && expected !== policy.description && { expected: scrub(expected) }),
    ...(fix !== undefined && fix !== policy.remediationSteps && { fix: scrub(fix) }),
    ...(waiver && {
      waiver: {
        until: scrub(waiver.until),
        approvedBy: scrub(waiver.approvedBy),
        reason: scrub(waiver.reason),
      },
    }),
  };
}

function ownStatus({ kind, waiver }: Violation): "violated" | "waived" | "unknown" | "unproved" {
  return waiver === undefined ? kind : "waived";
}

/** A policy's own level; that of its violations where it is violated, since a pack may lower one. */
function enforcementOf(
  policy: PolicyInfo,
  status: PolicyStatus,
  diagnostics: readonly Diagnostic[],
): EnforcementLevel {
  // A remediation that left a violation is judged as mandatory.
  const own = policy.level === "remediate" ? "mandatory" : policy.level;
  if (status !== "violated") return own;
  return diagnostics.some(({ level }) => level === "mandatory" || level === "remediate")
    ? "mandatory"
    : "advisory";
}

function statusOf(
  policy: PolicyInfo,
  violations: readonly Violation[],
  { applied, elsewhere }: Pick<Verdict, "applied" | "elsewhere">,
): PolicyStatus {
  const statuses = new Set(violations.map(ownStatus));
  // What is not proved refuses as what is wrong does.
  if (statuses.has("violated") || statuses.has("unproved")) return "violated";
  if (elsewhere?.has(policy.name)) return "elsewhere";
  if (statuses.has("unknown")) return "unknown";
  if (statuses.has("waived")) return "waived";
  return applied.has(policy.name) ? "passed" : "not-applicable";
}

function shown(resource: PreviewResource, source: "program" | "state", scrub: Scrub): ShownResource {
  const { urn, type, name, parent, custom, protect, external, source: place } = resource;
  const operation = external ? "read" : source === "state" ? "same" : "create";
  const told = source === "state" ? withPlainSecrets(type, resource.inputs) : resource.inputs;
  const inputs = scrubbed(forDisplay(told), scrub);
  const options = shownOptions(resource);
  return {
    ...{ urn, type, name, parent, custom, protect, operation, inputs },
    ...(Object.keys(options).length > 0 && { options }),
    ...(place && { source: place }),
  };
}

function shownOptions(resource: PreviewResource): ResourceOptions {
  const { create, update, delete: deletion, read } = resource.timeouts;
  const customTimeouts = {
    ...(create !== 0 && { create }),
    ...(update !== 0 && { update }),
    ...(deletion !== 0 && { delete: deletion }),
    ...(read !== 0 && { read }),
  };
  return {
    ...(resource.retainOnDelete && { retainOnDelete: true }),
    ...(resource.replaceOnChanges.length > 0 && { replaceOnChanges: resource.replaceOnChanges }),
    ...(resource.deletedWith !== "" && { deletedWith: resource.deletedWith }),
    ...(resource.replaceWith.length > 0 && { replaceWith: resource.replaceWith }),
    ...(resource.hideDiffs.length > 0 && { hideDiffs: resource.hideDiffs }),
    ...(resource.replacementTrigger !== undefined && {
      replacementTrigger: forDisplay({ value: resource.replacementTrigger }).value,
    }),
    ...(resource.importId !== "" && {
      importId: isImportedByValue(resource) ? "[secret]" : resource.importId,
    }),
    ...(resource.deleteBeforeReplace !== undefined && { deleteBeforeReplace: resource.deleteBeforeReplace }),
    ...(resource.ignoreChanges.length > 0 && { ignoreChanges: resource.ignoreChanges }),
    ...(resource.additionalSecretOutputs.length > 0 && {
      additionalSecretOutputs: resource.additionalSecretOutputs,
    }),
    ...(Object.keys(customTimeouts).length > 0 && { customTimeouts }),
  };
}

/** What is secret today was perhaps said in plain when the base was saved. */
function scrubbedBase(base: SavedPreview, scrub: Scrub): SavedPreview {
  if (!("resources" in base))
    return { ...base, error: { ...base.error, message: scrub(base.error.message) } };
  const resources = base.resources.map((resource) => ({
    ...resource,
    inputs: scrubbed(resource.inputs, scrub),
  }));
  return { ...base, resources };
}

type Scrub = (text: string) => string;

function scrubbed(properties: PropertyMap, scrub: Scrub): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, scrubbedValue(value, scrub)]),
  );
}

function scrubbedValue(value: PropertyValue, scrub: Scrub): PropertyValue {
  if (typeof value === "string") return scrub(value);
  if (Array.isArray(value)) return value.map((element) => scrubbedValue(element, scrub));
  return value === null || typeof value !== "object" ? value : scrubbed(value, scrub);
}
