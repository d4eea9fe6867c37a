import { secretPlaceholder } from "../../project/configuration.ts";
import { type PropertyValue, textsIn } from "../engine/values.ts";

/** Texts shorter than this are not secrets that could be told from anything else. */
const shortestSecret = 6;

/** The secrets of a preview: none of them is ever printed, wherever a program or a policy puts it. */
export class Secrets {
  #certain = new Set<string>();
  #inSecrets = new Set<string>();
  #inPlain = new Set<string>();
  #index: SecretIndex | undefined;
  #logIndex: SecretIndex | undefined;

  /**
   * Adds what the secrets of a value hold. An SDK may mark a value secret that the stack says in plain
   * elsewhere, such as `production`: that is no secret.
   */
  hear(value: PropertyValue): void {
    for (const { text, secret } of textsIn(value)) (secret ? this.#inSecrets : this.#inPlain).add(text);
    this.#index = undefined;
    this.#logIndex = undefined;
  }

  /** Adds a text that is a secret whatever the stack does with it. */
  add(text: string): void {
    this.#certain.add(text);
    this.#index = undefined;
    this.#logIndex = undefined;
  }

  /** @returns the text with every secret in it replaced */
  scrub(text: string): string {
    this.#index ??= new SecretIndex([...this.#certain, ...this.#inSecrets.difference(this.#inPlain)]);
    return this.#index.scrub(text);
  }

  /**
   * The same for what a program or a pack says by itself, where nobody knows of which value it speaks: what is a secret
   * anywhere is one there, even if the program declares the same text in plain too.
   */
  scrubLog(text: string): string {
    this.#logIndex ??= new SecretIndex([...this.#certain, ...this.#inSecrets]);
    return this.#logIndex.scrub(text);
  }
}

/** Secrets by how they begin, so that a text is searched once for however many there are. */
class SecretIndex {
  /** The longest of those that begin alike comes first. */
  #byStart = new Map<string, string[]>();
  /** Code units with which secrets begin, so that most of a text is passed over at once. */
  #firsts = new Set<number>();

  constructor(secrets: readonly string[]) {
    const forms = new Set(secrets.flatMap(printedForms));
    forms.delete(secretPlaceholder);
    for (const form of [...forms].sort((one, other) => other.length - one.length)) {
      if (form.length < shortestSecret) continue;
      this.#firsts.add(form.charCodeAt(0));
      const start = form.slice(0, shortestSecret);
      const alike = this.#byStart.get(start);
      if (alike === undefined) this.#byStart.set(start, [form]);
      else alike.push(form);
    }
  }

  scrub(text: string): string {
    if (this.#byStart.size === 0) return text;
    let scrubbed = "";
    let end = 0;
    for (let index = 0; index + shortestSecret <= text.length; index += 1) {
      if (!this.#firsts.has(text.charCodeAt(index))) continue;
      const found = this.#byStart
        .get(text.slice(index, index + shortestSecret))
        ?.find((secret) => text.startsWith(secret, index));
      if (found === undefined) continue;
      // Secrets that overlap are one.
      if (index >= end) scrubbed += `${text.slice(end, index)}${secretPlaceholder}`;
      end = Math.max(end, index + found.length);
    }
    return scrubbed + text.slice(end);
  }
}

/** The forms in which a message or a log shows a secret. */
function printedForms(text: string): string[] {
  // A key in PEM format, for instance, is printed line by line.
  const lines = text.includes("\n") ? text.split(/\r?\n/).map((line) => line.trim()) : [];
  return [text, JSON.stringify(text).slice(1, -1), urlEncoded(text), ...lines];
}

/** As a part of a URL, such as the password of a connection string. */
function urlEncoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
