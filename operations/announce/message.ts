import { printableText } from "../../lib/text.ts";

/** Something that people are told, before it takes the form of a channel. It holds no secret. */
export interface Message {
  /** In kebab case, such as `deployed`. */
  event: string;
  /** One line. */
  subject: string;
  /** Paragraphs. */
  paragraphs: readonly string[];
  links: readonly Link[];
  version: string;
  stack: string;
  at: Date;
}

export interface Link {
  title: string;
  url: string;
}

/** A message as text, with its links below. */
export function messageText({ paragraphs, links }: Message): string {
  const list = links.map(({ title, url }) => `${title}: ${url}`);
  return printableText([...paragraphs, ...(list.length > 0 ? [list.join("\n")] : [])].join("\n\n"));
}
