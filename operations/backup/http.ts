import { reasonOf } from "../../lib/failure.ts";

const timeoutMs = 10_000;
const attempts = 3;

/**
 * Sends a short request to a service that watches backups, up to three times. A name and a password in the URL
 * are sent as basic authentication.
 *
 * @throws {Error} with the last problem, never with the URL, whose path or query may be a secret
 */
export async function sendRequest(url: URL, init: RequestInit = {}): Promise<void> {
  const { target, headers } = withoutLogin(url);
  let problem = "";
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const response = await fetch(target, {
        ...init,
        headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      });
      await response.body?.cancel();
      if (response.ok) return;
      problem = `status ${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      problem = reasonOf(error);
    }
  }
  throw new Error(problem);
}

/** `fetch` takes no URL with a name or a password. */
function withoutLogin(url: URL): { target: URL; headers: Record<string, string> } {
  if (url.username === "" && url.password === "") return { target: url, headers: {} };
  const target = new URL(url);
  target.username = "";
  target.password = "";
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  return { target, headers: { authorization: `Basic ${Buffer.from(login).toString("base64")}` } };
}

/** As it is where it is not encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
