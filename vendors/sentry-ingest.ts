import * as z from "zod";
import { checkedUrl } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";
import { VendorProblem } from "./problem.ts";

/** An event as an application would report it. */
export interface SentryEvent {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly message: string;
  readonly environment: string;
  readonly level: "error" | "info";
}

/**
 * Sends an event to the project of a DSN, as https://develop.sentry.dev/sdk/foundations/transport/envelopes
 * describes it.
 *
 * @throws {VendorProblem} where the DSN is none of Sentry's, or the event is not taken
 */
export async function sendEvent(
  dsn: string,
  event: SentryEvent,
  access: Omit<Access, "environment"> = {},
): Promise<void> {
  const url = URL.parse(dsn);
  const [, prefix = "", project = ""] = /^(.*)\/(\d+)$/.exec(url?.pathname ?? "") ?? [];
  if (url === null || url.username === "" || project === "" || !takesEvents(url)) {
    throw new VendorProblem("no-credential", "Sentry: the DSN is not one of Sentry's");
  }
  const at = new Date().toISOString();
  const item = {
    ...{
      event_id: event.id,
      timestamp: at,
      platform: "other",
      logger: "optropic.verify",
      level: event.level,
    },
    ...{ environment: event.environment, message: event.message, fingerprint: ["optropic-verify", event.id] },
  };
  const lines = [{ event_id: event.id, sent_at: at }, { type: "event" }, item];
  const client = new VendorClient({
    vendor: "Sentry",
    baseUrl: checkedUrl(`${url.origin}${prefix}`, "The DSN"),
    // The public key of a DSN only lets events in.
    token: { variable: "the key of the DSN", value: url.username },
    authorization,
    ...access,
  });
  await client.ask({
    method: "POST",
    path: path`/api/${project}/envelope/`,
    headers: {
      "content-type": "application/x-sentry-envelope",
      "x-sentry-auth": authorization(url.username),
    },
    text: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    right: "send events",
    schema: z.unknown(),
  });
}

function authorization(key: string): string {
  return `Sentry sentry_version=7, sentry_client=optropic/1, sentry_key=${key}`;
}

function takesEvents({ hostname, protocol }: URL): boolean {
  if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return true;
  return protocol === "https:" && hostname.endsWith(".sentry.io");
}
