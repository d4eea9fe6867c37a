import { all } from "./headers.ts";
import type { HttpAnswer } from "./http.ts";

type Answered = Pick<HttpAnswer, "status" | "headers">;

/** Who answered in place of the platform, to find out whether a person asks; undefined where nobody did. */
export function challengedBy(answer: Pick<Answered, "headers">): string | undefined {
  const says = (name: string) => all(answer, name).some((value) => value.toLowerCase() === "challenge");
  if (says("cf-mitigated")) return "Cloudflare";
  return says("x-vercel-mitigated") ? "Vercel" : undefined;
}

/**
 * What a host of applications answers where it has none to ask, or lets nobody ask it: Vercel for a deployment that is
 * missing, deleted or out of service (vercel.com/docs/errors) and for an address that it turns away, Render where no
 * instance runs. Each is a 4xx without details, as a careful application's refusal is.
 */
function platformIn(answer: Answered): string | undefined {
  if (answer.status < 400 || answer.status === 429) return undefined;
  const says = (name: string, value: RegExp) => all(answer, name).some((each) => value.test(each.trim()));
  if (says("x-vercel-mitigated", /^deny$/i))
    return "Vercel's firewall turns this machine or its request away";
  if (says("x-vercel-error", /^(?:DEPLOYMENT|DNS)_/)) return "Vercel serves no deployment there";
  return says("x-render-routing", /^no-server$/i) ? "Render runs no service there" : undefined;
}

/**
 * Why an answer is one of an edge, and says nothing of the application behind it; undefined where it may be the
 * application's. 502, 503 and 504 are what a gateway answers for it (RFC 9110, section 15.6), 520 to 530 what
 * Cloudflare does, and a login with that cookie is Vercel's protection of deployments.
 */
export function standInOf(answer: Answered): string | undefined {
  const by = challengedBy(answer);
  if (by !== undefined) return `${by} asks whether a person sends it`;
  const { status } = answer;
  const platform = platformIn(answer);
  if (platform !== undefined) return platform;
  if (status === 401 && all(answer, "set-cookie").some((cookie) => cookie.startsWith("_vercel_sso_nonce=")))
    return "Vercel asks for a login, since the deployment is protected";
  const isOfGateway = (status >= 502 && status <= 504) || (status >= 520 && status <= 530);
  return isOfGateway ? `it was answered ${status}, which is not the application's` : undefined;
}
