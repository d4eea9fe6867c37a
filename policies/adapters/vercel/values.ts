import { type Finding, fault, judge, type Stack } from "../../framework/index.ts";
import { isGiven } from "../../model/given.ts";
import { vercel } from "../../model/tokens.ts";
import { isOneOf, oneOf } from "../../model/value-checks.ts";
import { isVercelDuration, vercelAlgorithms, vercelWindow } from "../../values/api-values.ts";

export function judgeFirewallTimes(stack: Stack): Finding[] {
  return stack.ofType(vercel.firewall).map((firewall) =>
    judge(firewall, () => {
      for (const rule of firewall.at("rules", "rules").items()) {
        const duration = rule.at("action", "actionDuration");
        const time = duration.string();
        if (time !== undefined && !isVercelDuration(time)) {
          return fault(duration, `${rule.at("name").string()} blocks for ${JSON.stringify(time)}.`);
        }
        const limit = rule.at("action", "rateLimit");
        if (!limit.exists) continue;
        for (const [value, allowed, what] of [
          [limit.at("window"), vercelWindow, "The window"],
          [limit.at("algo"), vercelAlgorithms, "The algorithm"],
        ] as const) {
          const verdict = oneOf(value, allowed, what);
          if (verdict !== true) return verdict;
        }
      }
      return true;
    }),
  );
}

export function judgeRedirectStatus(stack: Stack): Finding[] {
  return stack.ofType(vercel.domain).map((domain) =>
    judge(domain, () => {
      const status = domain.at("redirectStatusCode");
      const isGone = domain.at("redirect").string() === "";
      return isGone
        ? fault(domain.at("redirect"), `${domain.name} redirects to nothing.`)
        : isOneOf(status, [301, 302, 307, 308], `The redirectStatusCode of ${domain.name}`);
    }),
  );
}

const vercelTargets: ReadonlySet<string> = new Set(["production", "preview", "development"]);

export function judgeVariableTargets(stack: Stack): Finding[] {
  return stack.ofType(vercel.variable).map((variable) =>
    judge(variable, () => {
      const targets = variable.at("targets");
      const wrong = targets.items().find((target) => !vercelTargets.has(target.string() ?? ""));
      const branch = variable.at("gitBranch");
      if (wrong !== undefined) {
        return fault(
          wrong,
          `${variable.name} is for ${JSON.stringify(wrong.string())}, which is not a target at Vercel.`,
        );
      }
      return (
        !isGiven(branch) ||
        !targets.strings().includes("production") ||
        fault(
          branch,
          `${variable.name} is for production and for one branch of previews, which Vercel refuses.`,
        )
      );
    }),
  );
}
