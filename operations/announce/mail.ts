import { createTransport } from "nodemailer";
import { codeOf } from "../../lib/file-reasons.ts";
import { counted, listed, printable } from "../../lib/text.ts";
import { transportOf } from "../backup/notify.ts";
import { NotDone } from "../release/step.ts";
import type { Channel } from "./channel.ts";
import { messageText } from "./message.ts";

export interface MailSettings {
  /** `smtps://user:password@host:465`; undefined where none is set. */
  server: string | undefined;
  from: string;
  to: readonly string[];
}

/** Errors of the library that come before a message is handed over. */
const beforeHandover: ReadonlySet<string> = new Set(["EAUTH", "ECONNECTION", "EDNS", "EENVELOPE", "ETLS"]);

/** Mail to a list of people. The key is in its Message-ID, by which servers and readers know a repeated one. */
export function mail(name: string, { server, from, to }: MailSettings): Channel {
  return {
    name,
    does: `Mails ${listed([...to], "and")}`,
    missing:
      server === undefined ? "ANNOUNCE_SMTP_URL" : to.length === 0 ? "rollout.announcements" : undefined,
    async deliver(message, key) {
      const transport = createTransport(transportOf(server ?? "", "ANNOUNCE_SMTP_URL"));
      try {
        const { rejected } = await transport.sendMail({
          from,
          to: [...to],
          subject: printable(message.subject),
          text: `${messageText(message)}\n`,
          messageId: `<${key}@${from.split("@")[1] ?? "localhost"}>`,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        const untold = rejected.map((each) => printable(String(each)));
        if (untold.length > 0) {
          // It cannot be sent again without telling the others twice.
          return {
            summary: `The mail server took the message for ${to.length - untold.length} of ${to.length} people, and refused ${listed(untold, "and")}: tell them yourself`,
            note: { untold: untold.join(" ") },
          };
        }
      } catch (error) {
        // The library's messages quote what the server said, which may repeat the login.
        const code = codeOf(error) ?? "unknown error";
        if (beforeHandover.has(code)) throw new NotDone(`the mail server did not take it (${code})`);
        throw new Error(`the mail server's answer is unknown (${code})`);
      } finally {
        transport.close();
      }
      return { summary: `The mail server took the message for ${counted(to.length, "person", "people")}` };
    },
  };
}
