import { type Finding, fault, judge, type Stack, unproved, type Verdict } from "../framework/index.ts";
import type { RedirectUrl } from "./adapter.ts";
import { redirects } from "./facts.ts";
import { isOwnName } from "./own-names.ts";
import { firstWrong } from "./value-checks.ts";

/** Judges each redirect of the stack, whichever host it is of: none leads to a name of the platform without TLS. */
export const redirectsWithoutTls = (stack: Stack): Finding[] =>
  redirects(stack).map(({ resource, urls }) =>
    judge(resource, () => firstWrong(urls().map((url) => judgeUrl(stack, url)))),
  );

function judgeUrl(stack: Stack, { at, target, isPlain }: RedirectUrl): Verdict {
  const sent = target();
  if (sent === undefined) return true;
  if (sent.kind === "unreadable") {
    return (
      isPlain?.() !== true ||
      unproved(
        at,
        `${at.resource.name} redirects to a URL of plain http that the policy cannot read.`,
        'Begin the URL with a fixed host, as in concat("https://www.example.com", http.request.uri.path).',
      )
    );
  }
  // Hosts of others may have nothing better.
  const isOthers = sent.kind === "host" && !isOwnName(stack, sent.host);
  return (
    sent.scheme === "https" ||
    isOthers ||
    fault(at, `${at.resource.name} redirects to plain http.`, "Let the URL of the redirect begin with https.")
  );
}
