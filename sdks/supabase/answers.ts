import type { Access, Answer } from "./management-api.ts";

/** True for 2xx. */
export function succeeded(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/**
 * The JSON of an answer.
 *
 * @throws Error that says which call answered something else; what it answered is left out.
 */
export function parse(answer: Answer, what: string): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new Error(`Supabase answered ${what} with something that is not JSON (status ${answer.status}).`);
  }
}

/** Why the API refused, for people: what `action` needs, and what the API said, without the token. */
export function refusal(access: Access, answer: Answer, action: string, permission: string): string {
  if (answer.status === 401) {
    return `Supabase does not know the access token (401), so it could not ${action}: set SUPABASE_ACCESS_TOKEN, or the accessToken argument, to a current one.`;
  }
  if (answer.status === 403) {
    return `The access token may not ${action} (403${messageOf(access, answer)}): its account must be in the project's organisation, and a fine-grained token needs ${permission}.`;
  }
  if (answer.status === 404) {
    return `Supabase could not ${action}: it has no such project (404).`;
  }
  return `Supabase could not ${action} (${answer.status}${messageOf(access, answer)}).`;
}

/** A property of a value that may be no object. */
export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** What the API says of a refusal, as one short line without the token. */
function messageOf(access: Access, answer: Answer): string {
  try {
    const message = field(JSON.parse(answer.text), "message");
    if (typeof message !== "string" || message === "") {
      return "";
    }
    const line = message
      .split(access.token)
      .join("[secret]")
      .replace(/[\s\p{Cc}]+/gu, " ");
    return `: ${line.slice(0, 300)}`;
  } catch {
    return "";
  }
}
