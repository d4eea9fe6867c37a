import { createHash } from "node:crypto";
import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import { codeOf } from "../../lib/file-reasons.ts";
import { type Action, type Done, NotDone, type StepRun, type Trace } from "../release/step.ts";
import type { Message } from "./message.ts";

/** One way to tell people. */
export interface Channel {
  /** In kebab case. */
  name: string;
  /** For `--plan`, such as `Posts to Slack`. */
  does: string;
  /** What is missing, such as the name of a variable; undefined where it can be used. */
  missing?: string | undefined;
  /** Whether a message of that key has arrived, for channels that can be asked. */
  find?(key: string, signal: AbortSignal): Promise<Trace>;
  /** @throws {NotDone} where the message certainly has not arrived */
  deliver(message: Message, key: string, signal: AbortSignal): Promise<Done>;
}

/** Telling people something, as the action of a step: once, on one channel. */
export function telling(channel: Channel, compose: (run: StepRun) => Message | Promise<Message>): Action {
  return {
    name: channel.name,
    does: `${channel.does}.`,
    async find({ signal }, key) {
      if (channel.missing !== undefined) return { state: "not-done" };
      return (
        (await channel.find?.(keyDigest(key), signal)) ?? {
          state: "unknown",
          why: `${channel.name} cannot be asked`,
        }
      );
    },
    async perform(run, key) {
      if (channel.missing !== undefined) throw new NotDone(`${channel.missing} is not set`);
      return channel.deliver(await compose(run), keyDigest(key), run.signal);
    },
  };
}

/** A key that fits into headers and tags of every service. */
export function keyDigest(key: string): string {
  return `optropic-${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
}

/** Codes of connections that were never made, so nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/**
 * Sends a request whose effect cannot be taken back.
 *
 * @throws {NotDone} where the service refused it or was not reached; any other error leaves that open. No message has
 * the URL, whose path may be a secret
 */
export async function send(url: URL, init: RequestInit, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, redirect: "error", signal });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = codeOf(cause) ?? "";
    if (neverConnected.has(code)) throw new NotDone(`${url.hostname} was not reached (${code})`);
    throw new Error(`${url.hostname}: ${code === "" ? reasonOf(error) : code}`);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const answer = `${url.hostname} answered ${response.status}`;
  if (response.status < 500) throw new NotDone(answer);
  throw new Error(answer);
}

/**
 * Posts a message, and reads what the service says of it: some answer 200 to what they did not take, and so does a
 * page for signing in that stands in front of one.
 *
 * @throws {NotDone} also where the answer says that it was not taken
 */
export async function hand(url: URL, init: RequestInit, signal: AbortSignal): Promise<void> {
  const response = await send(url, init, signal);
  let text: string;
  try {
    text = await textOf(response);
  } catch (error) {
    throw new Error(`${url.hostname}: ${reasonOf(error)}`);
  }
  if (isRefusal(text)) throw new NotDone(`${url.hostname} answered ${response.status}, and did not take it`);
}

const said = z.looseObject({
  ok: z.unknown().optional(),
  success: z.unknown().optional(),
  status: z.unknown().optional(),
  error: z.unknown().optional(),
});

const refusals: ReadonlySet<unknown> = new Set([
  false,
  "false",
  "error",
  "fail",
  "failed",
  "failure",
  "invalid event",
]);

/** What Slack, Rocket.Chat, PagerDuty and status pages say of a message in a JSON answer; a page is none of theirs. */
function isRefusal(text: string): boolean {
  if (/^\s*<(?:!doctype|html)/i.test(text)) return true;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Slack says ok, and others say something else that is no JSON.
    return false;
  }
  const parsed = said.safeParse(answer);
  if (!parsed.success) return false;
  const { ok, success, status, error } = parsed.data;
  const isNoError = error === undefined || error === null || error === "" || error === false;
  return [ok, success, status].some((each) => refusals.has(each)) || !isNoError;
}

/** The most of an answer that is read, in bytes. */
const maximumBytes = 1024 * 1024;

/** Reads a short answer. @throws {Error} for a longer one */
export async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null) {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > maximumBytes) throw new Error(`the answer is longer than ${maximumBytes} bytes`);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}
