import type { Context } from "./context.ts";
import { only } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";

/** Redirects that are followed, such as one from the home page to that of a language. */
const mostRedirects = 3;

/** What a browser shows for a path of a host. It is followed over https and on the same host only. */
export async function pageAt(context: Context, host: string, path: string): Promise<HttpAnswer> {
  let url = new URL(path, `https://${host}`);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await context.request({ host, path: url.pathname + url.search });
    const next = redirectOf(answer, url);
    if (next === undefined || next.origin !== url.origin || redirects === mostRedirects) return answer;
    url = next;
  }
}

/** Where an answer redirects to; undefined where it does not. */
export function redirectOf(answer: HttpAnswer, from: URL): URL | undefined {
  const location = only(answer, "location");
  if (location === undefined || answer.status < 300 || answer.status >= 400) return undefined;
  return URL.parse(location, from.href) ?? undefined;
}
