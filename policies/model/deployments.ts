import type { Input } from "@pulumi/pulumi";
import type { DeploymentSettingsArgs, PolicyGroupArgs, types } from "@pulumi/pulumiservice";
import { every, known, type ResourceOf, type Stack, some, type Value } from "../framework/index.ts";
import { packName, packVersion } from "./pack-name.ts";
import { pulumiCloud } from "./tokens.ts";

export type DeploymentSettings = ResourceOf<DeploymentSettingsArgs>;
export type PolicyGroup = ResourceOf<PolicyGroupArgs>;

/** Deployment settings of stacks that stay: not those that are only a template of review stacks. */
export function deploymentSettings(stack: Stack): DeploymentSettings[] {
  return stack.ofType(pulumiCloud.deploymentSettings).filter((settings) => {
    return known(() => isTemplate(settings)) !== true;
  });
}

/** Whether they are a template of review stacks alone, of which nothing stays. Throws UnknownRead. */
export function isTemplate(settings: DeploymentSettings): boolean {
  return trigger(settings, "pullRequestTemplate") && !trigger(settings, "deployCommits");
}

/** What starts a deployment. */
type Trigger = "deployCommits" | "previewPullRequests" | "pullRequestTemplate";

/** Whether something starts a deployment: by `vcs`, or by `github`, its older name. Throws UnknownRead. */
export function trigger(settings: DeploymentSettings, name: Trigger): boolean {
  return some(["vcs", "github"] as const, (source) => settings.at(source, name).boolean() === true);
}

/**
 * The branch whose pushes are deployed, as `refs/heads/…`; undefined where pushes deploy nothing, or where a tag
 * says that the stack is of staging, which may follow any branch. Throws UnknownRead.
 */
export function deployedBranch(stack: Stack, settings: DeploymentSettings): string | undefined {
  const branch = settings.at("sourceContext", "git", "branch").string();
  if (branch === undefined || !trigger(settings, "deployCommits") || isTaggedStaging(stack, settings)) {
    return undefined;
  }
  return branch.startsWith("refs/") ? branch : `refs/heads/${branch}`;
}

/** Name of the repository that deployment settings follow, without its owner. Throws UnknownRead. */
export function deployedRepository(settings: DeploymentSettings): string | undefined {
  const source = (["vcs", "github"] as const).find((kind) => settings.at(kind).exists);
  return source && settings.at(source, "repository").string()?.split("/").at(-1);
}

/** What a stack is called in a message. */
export function stackLabel(settings: DeploymentSettings): string {
  return known(() => settings.at("stack").string()) ?? settings.name;
}

/** Whether a group runs this pack before each update of its stacks. Throws UnknownRead. */
export function runsPack(group: PolicyGroup): boolean {
  return (
    group.at("mode").string() === "preventative" &&
    group.at("entityType").string() === "stacks" &&
    some(
      group.at("policyPacks").items(),
      (pack) => isPack(pack) && isNewEnough(pack) && levelOf(pack) !== "disabled",
    )
  );
}

/** The same where a violation of any policy stops the update. Throws UnknownRead. */
export function enforcesPack(group: PolicyGroup): boolean {
  return (
    runsPack(group) &&
    some(group.at("policyPacks").items(), (pack) => isPack(pack) && every(levelsOf(pack), isEnforcing))
  );
}

/** Whether the stack of deployment settings is in a group. Throws UnknownRead. */
export function isInGroup(settings: DeploymentSettings, group: PolicyGroup): boolean {
  return some(
    group.at("stacks").items(),
    (member) =>
      member.at("name").string() === settings.at("stack").string() &&
      member.at("routingProject").string() === settings.at("project").string(),
  );
}

/** Whether a tag says that the stack of deployment settings is of staging. Throws UnknownRead. */
export function isTaggedStaging(stack: Stack, settings: DeploymentSettings): boolean {
  // A tag alone makes no staging of a stack that is called production, or that production is deployed from.
  const branch = settings.at("sourceContext", "git", "branch").string() ?? "";
  if (/prod|live/i.test(`${settings.at("stack").string()} ${branch}`)) {
    return false;
  }
  return some(stack.ofType(pulumiCloud.stackTag, pulumiCloud.stackTags), (tag) => {
    const single = tag.type === pulumiCloud.stackTag;
    const isStage = !single || tag.at("name").string() === "stage";
    const value = single ? tag.at("value") : tag.at("tags").as<StageTag>().at("stage");
    return (
      isStage &&
      value.string() === "staging" &&
      (["organization", "project", "stack"] as const).every(
        (key) => tag.at(key).string() === settings.at(key).string(),
      )
    );
  });
}

type PackReference = Value<types.input.PolicyGroupPolicyPackReferenceInputArgs>;

function isPack(pack: PackReference): boolean {
  return pack.at("name").string() === packName;
}

/** Whether the group takes this version of the pack or a later one; without a tag it takes the newest. */
function isNewEnough(pack: PackReference): boolean {
  const tag = pack.at("versionTag").string();
  const [wanted, own] = [tag, packVersion].map((text) =>
    /^v?(\d+)\.(\d+)\.(\d+)$/
      .exec(text ?? "")
      ?.slice(1)
      .map(Number),
  );
  if (tag === undefined || tag === "" || wanted === undefined || own === undefined) {
    return tag === undefined || tag === "" || tag === "latest";
  }
  const index = own.findIndex((part, place) => part !== wanted[place]);
  return index < 0 || (wanted[index] ?? 0) > (own[index] ?? 0);
}

/** Level of every policy, where the group sets one. */
function levelOf(pack: PackReference): string | undefined {
  return levelIn(pack.at("config").as<PackConfig>().at("all"));
}

/** The levels that the group sets, for every policy or for one. */
function levelsOf(pack: PackReference): string[] {
  return pack
    .at("config")
    .entries()
    .flatMap(([, setting]) => levelIn(setting.as<PolicySetting>()) ?? []);
}

interface PolicySetting {
  enforcementLevel?: string;
}

/** What a group sets for every policy; beside it, by name, what it sets for one. */
interface PackConfig {
  all?: PolicySetting;
}

interface StageTag {
  stage?: Input<string>;
}

/** The level in a policy's settings: alone, or as one of several. */
function levelIn(setting: Value<PolicySetting | undefined>): string | undefined {
  return setting.string() ?? setting.at("enforcementLevel").string();
}

function isEnforcing(level: string): boolean {
  return level === "mandatory" || level === "remediate";
}
