import { createTransport } from "nodemailer";
import { Failure } from "../../lib/failure.ts";
import { printable, shortened } from "../../lib/text.ts";
import { sendRequest } from "./http.ts";
import type { Failing, Reporter } from "./report.ts";

const timeoutMs = 10_000;

/** The longest reason in a notification, in characters. */
const reasonCharacters = 1000;

/**
 * Posts a failure as JSON. `text` is what Slack, Mattermost and Teams show; the other fields are for programs.
 *
 * @param url its path is often a secret, so no message has it
 */
export function webhook(url: string): Reporter {
  return {
    name: "webhook",
    failed: async (failure) => {
      const { stack, database, at } = failure;
      const body = {
        text: `${subjectOf(failure)}: ${reasonOf(failure)}`,
        event: "backup-failed",
        stack,
        database,
        reason: reasonOf(failure),
        at: at.toISOString(),
      };
      await sendRequest(new URL(url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    },
  };
}

export interface MailOptions {
  /** `smtps://user:password@host:465` or `smtp://host:587`, which must offer STARTTLS. */
  server: string;
  from: string;
  to: readonly string[];
}

/**
 * Mails a failure.
 *
 * @throws {Failure} `refused`, when the server is not a URL of a mail server; the message does not quote it
 */
export function mail({ server, from, to }: MailOptions): Reporter {
  const options = transportOf(server, "BACKUP_SMTP_URL");
  return {
    name: "mail",
    failed: async (failure) => {
      const transport = createTransport(options);
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: subjectOf(failure),
          text: `${reasonOf(failure)}\n\nDatabase: ${failure.database}\nTime: ${failure.at.toISOString()}\n`,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
      } catch (error) {
        // The library's messages quote what the server said, which may repeat the login.
        throw new Error(codeOf(error));
      } finally {
        transport.close();
      }
    },
  };
}

/**
 * How to reach a mail server. Without TLS a login and the message could be read on the way, so it is required but
 * on this machine.
 */
export function transportOf(server: string, variable: string) {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const isEncoded = url !== undefined && !/%(?![0-9a-f]{2})/i.test(`${url.username}${url.password}`);
  if (!isEncoded || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    throw new Failure(
      "refused",
      `${variable} is not a URL such as smtps://user:password@mail.example.com:465`,
    );
  }
  const secure = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !/^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host),
    ...(url.username !== "" && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  };
}

/** On one line: a newline would begin another header. */
function subjectOf({ stack }: Failing): string {
  return printable(`The backup of ${stack} failed`);
}

function reasonOf({ reason }: Failing): string {
  return shortened(reason.split("\n").map(printable).join("\n"), reasonCharacters);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = "code" in error ? error.code : undefined;
  const response = "responseCode" in error ? error.responseCode : undefined;
  const answer = typeof response === "number" ? `, answer ${response}` : "";
  return typeof code === "string" ? `${code}${answer}` : error.name;
}
