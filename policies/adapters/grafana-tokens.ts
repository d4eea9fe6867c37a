import { fault, type Stack } from "../framework/index.ts";
import type { ApiToken } from "../model/api-token.ts";
import { grafanaTokens } from "../model/tokens.ts";

/** Accounts and tokens by which programs write to Grafana, and read from it. */
export function apiTokens(stack: Stack): ApiToken[] {
  return [
    ...stack.ofType(grafanaTokens.accessPolicy).map(
      (policy): ApiToken => ({
        resource: policy,
        isGood: () =>
          (policy.at("scopes").items().length > 0 && policy.at("realms").items().length > 0) ||
          fault(
            policy.at(policy.at("scopes").items().length > 0 ? "realms" : "scopes"),
            `The access policy ${policy.name} allows nothing.`,
          ),
      }),
    ),
    ...stack.ofType(grafanaTokens.accessPolicyToken).map(
      (token): ApiToken => ({
        resource: token,
        isGood: (now) => {
          const end = token.at("expiresAt");
          return (
            !(Date.parse(end.string() ?? "") <= now) ||
            fault(end, `The token ${token.name} expired at ${end.string()}.`)
          );
        },
      }),
    ),
    ...stack.ofType(...grafanaTokens.serviceAccount).map(
      (account): ApiToken => ({
        resource: account,
        isGood: () => {
          if (account.at("isDisabled").boolean() === true) {
            return fault(account.at("isDisabled"), `The service account ${account.name} is disabled.`);
          }
          const role = account.at("role");
          return (
            role.string() !== "None" || fault(role, `The service account ${account.name} may do nothing.`)
          );
        },
      }),
    ),
    ...stack.ofType(...grafanaTokens.serviceAccountToken).map(
      (token): ApiToken => ({
        resource: token,
        isGood: () => {
          const seconds = token.at("secondsToLive");
          const days = (seconds.number() ?? 0) / 86_400;
          return (
            days === 0 ||
            days >= 1 ||
            fault(seconds, `The token ${token.name} is valid for only ${seconds.number()} seconds.`)
          );
        },
      }),
    ),
  ];
}
