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
 * Why an answer is one of an edge, and says nothing of the application behind it; undefined where it may be the
 * application's. 502, 503 and 504 are what a gateway answers for it (RFC 9110, section 15.6), 520 to 530 what
 * Cloudflare does, and a login with that cookie is Vercel's protection of deployments.
 */
export function standInOf(answer: Answered): string | undefined {
  const by = challengedBy(answer);
  if (by !== undefined) return `${by} asks whether a person sends it`;
  const { status } = answer;
  if (status === 401 && all(answer, "set-cookie").some((cookie) => cookie.startsWith("_vercel_sso_nonce=")))
    return "Vercel asks for a login, since the deployment is protected";
  const isOfGateway = (status >= 502 && status <= 504) || (status >= 520 && status <= 530);
  return isOfGateway ? `it was answered ${status}, which is not the application's` : undefined;
}
