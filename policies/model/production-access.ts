import type { Input } from "@pulumi/pulumi";
import type { OidcIssuerArgs, TeamStackPermissionArgs, types } from "@pulumi/pulumiservice";
import {
  type AnyValue,
  type Fault,
  fault,
  type Key,
  known,
  type ResourceOf,
  type Stack,
  undecided,
  unproved,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { perStack } from "./per-stack.ts";
import { github, pulumiCloud } from "./tokens.ts";

/** Whether a stack, environment or branch of that name is production's. */
export const isCalledProduction = (name: string): boolean => /prod|live/i.test(name);

const mayEdit = 102;

/**
 * A team that may update production from wherever it likes is one of the workflows, or is not among those that push
 * code: else a person deploys what nobody has approved. Throws UnknownRead.
 */
export function judgeTeam(stack: Stack, granted: ResourceOf<TeamStackPermissionArgs>): Verdict {
  const level = granted.at("permission");
  const name = granted.at("stack").string() ?? "";
  if (level.number() !== mayEdit || !isCalledProduction(name)) return true;
  return teamFault(stack, granted.at("team"), level, `update ${name} without a review`) ?? true;
}

export function teamFault(stack: Stack, team: AnyValue, at: AnyValue, does: string): Fault | undefined {
  const slug = team.string()?.toLowerCase() ?? "";
  const { pushing, others, acting, open } = teams(stack);
  if (pushing.has(slug)) {
    return fault(
      at,
      `The team ${slug} may push code, and ${does}.`,
      "Give it permission to read, and let another team or the workflows update production.",
    );
  }
  if (open !== undefined && !acting.has(slug) && !others.has(slug)) undecided(open);
  const isKnown = acting.has(slug) || others.has(slug) || pushing.size + others.size === 0;
  return isKnown
    ? undefined
    : unproved(
        at,
        `The team ${slug} may ${does}, and this stack does not say who it is.`,
        "Declare its github.TeamRepository with permission pull, or name it as the team of the workflows (the variable PULUMI_DEPLOY_TEAM, or a policy of the pulumiservice.OidcIssuer).",
      );
}

/** Teams that may push to a repository, others that may read it, and those that workflows act as, by slug; `open` is not known yet. */
const teams = perStack((stack) => {
  const pushing = new Set<string>();
  const others = new Set<string>();
  let open: AnyValue | undefined;
  const members = [
    ...stack
      .ofType(github.teamRepository)
      .map((team) => ({ id: team.at("teamId"), permission: team.at("permission") })),
    ...stack.ofType(github.collaborators).flatMap((list) =>
      (known(() => list.at("teams").items()) ?? []).map((team) => ({
        id: team.at("teamId"),
        permission: team.at("permission"),
      })),
    ),
  ];
  for (const { id, permission } of members) {
    open ??= [id, permission].find(({ isUnknown }) => isUnknown);
    const slug = known(() => id.string()?.toLowerCase());
    const level = known(() => permission.string()) ?? "pull";
    if (slug !== undefined) (/^(?:pull|triage|read)$/.test(level) ? others : pushing).add(slug);
  }
  const named = actingTeams(stack);
  return {
    pushing,
    others,
    open: open ?? named.find(({ isUnknown }) => isUnknown),
    acting: new Set(named.flatMap((value) => known(() => value.string()?.toLowerCase()) ?? [])),
  };
});

function actingTeams(stack: Stack): readonly AnyValue[] {
  const variables = stack.ofType(github.actionsVariable).flatMap((variable) => {
    const name = variable.at("variableName");
    if (name.isUnknown) return [name];
    return /(?:^|_)DEPLOY(?:MENT)?_TEAM$/.test(name.string() ?? "") ? [variable.at("value")] : [];
  });
  const issued = stack
    .ofType(pulumiCloud.issuer)
    .flatMap((issuer) => (known(() => issuer.at("policies").items()) ?? []).map((it) => it.at("teamName")));
  return [...variables, ...issued];
}

type Grant = Value<types.input.AuthPolicyDefinitionArgs>;

/** Claims of a token by which GitHub says what asks: https://docs.github.com/en/actions/reference/security/oidc */
interface Claims {
  sub?: Input<string>;
  repository?: Input<string>;
  repository_id?: Input<string>;
  environment?: Input<string>;
  ref?: Input<string>;
  job_workflow_ref?: Input<string>;
  event_name?: Input<string>;
}

/** Whoever gets a token of Pulumi Cloud for an identity is a workflow of one repository, at a place that it names. */
export function judgeIssuer(issuer: ResourceOf<OidcIssuerArgs>): Verdict {
  const isGitHub = /^https:\/\/token\.actions\.githubusercontent\.com\b/.test(
    issuer.at("url").string() ?? "",
  );
  for (const grant of issuer.at("policies").items()) {
    if (grant.at("decision").string() === "deny") continue;
    const wrong = rightsFault(grant) ?? (isGitHub ? gitHubFault(grant) : otherFault(grant));
    if (wrong !== undefined) return wrong;
  }
  return true;
}

function rightsFault(grant: Grant): Fault | undefined {
  const levels = grant.at("authorizedPermissions");
  if (levels.strings().includes("admin")) {
    return fault(levels, "Whoever has the identity gets a token that may administer the organization.");
  }
  const type = grant.at("tokenType");
  return type.string() === "personal"
    ? fault(type, "Whoever has the identity acts as a person, with all that this person may do.")
    : undefined;
}

/** A pattern at the end of a subject or name stands for anything. */
const isOpen = (text: string): boolean => text === "" || /^(?:\.?\*|\.\+)$/.test(text);

function gitHubFault(grant: Grant): Fault | undefined {
  const rules = grant.at("rules").as<Claims>();
  const claim = (name: Key<Claims>): string => rules.at(name).string() ?? "";
  const [, owner = "", name = "", rest = ""] = /^repo:([^/:]+)\/([^:]+)(?::(.*))?$/.exec(claim("sub")) ?? [];
  const isOne =
    !isOpen(given(rules, "repository_id")) ||
    /^[\w.-]+\/[\w.-]+$/.test(claim("repository")) ||
    (/^[\w.-]+$/.test(owner) && /^[\w.-]+$/.test(name));
  if (!isOne) {
    return fault(rules, "A workflow of any repository gets the token: no rule names one repository.");
  }
  const places = (["environment", "ref", "job_workflow_ref", "event_name"] as const).map((key) =>
    given(rules, key),
  );
  return [rest, ...places].some((place) => !isOpen(place))
    ? undefined
    : fault(
        rules,
        "A workflow of any branch gets the token: no rule names an environment, a branch or an event.",
      );
}

/** The text of a claim; something that names itself where it is not known yet. */
const given = (rules: Value<Claims>, name: Key<Claims>): string =>
  rules.at(name).isUnknown ? name : (rules.at(name).string() ?? "");

function otherFault(grant: Grant): Fault | undefined {
  const rules = grant.at("rules");
  const hasSubject = rules.entries().some(([name, value]) => name !== "aud" && !isOpen(value.string() ?? ""));
  return hasSubject
    ? undefined
    : fault(rules, "Whoever has any identity of the issuer gets the token: no rule names whose.");
}
