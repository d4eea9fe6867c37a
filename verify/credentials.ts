import * as z from "zod";
import { readVariables } from "../lib/environment.ts";
import { type VendorToken, vendorAddresses, vendorTokens } from "../vendors/variables.ts";
import type { Outputs } from "./outputs.ts";
import { Unknown } from "./unknown.ts";

const secret = z.string().max(10_000, "text of at most 10000 characters");

/** Variables that give probes what the outputs of a stack do not. */
export const verifyVariables = z.object({
  METRICS_TOKEN: secret.optional(),
  VERIFY_USER: secret.optional(),
  VERIFY_PASSWORD: secret.optional(),
  VERIFY_DATABASE_URL: secret.optional(),
  VERIFY_POOLER_URL: secret.optional(),
  VERIFY_COMMIT: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, "a commit in hexadecimal digits")
    .optional(),
});

export type CredentialName = Exclude<keyof z.infer<typeof verifyVariables>, "VERIFY_COMMIT"> | VendorToken;

/** Which output of the stack says the same. */
const fromOutputs = {
  METRICS_TOKEN: "metricsToken",
  VERIFY_DATABASE_URL: "databaseProbeUrl",
} as const satisfies Partial<Record<CredentialName, keyof Outputs>>;

/** A part of a URL as it was before it was escaped. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a placeholder for a credential in a text looks like. */
const concealed = "[secret]";

/** The credentials of a run. None of them appears in anything that it prints. */
export class Credentials {
  /** The commit that the stack should serve, which is no secret. */
  readonly commit: string | undefined;
  /** Tokens of the vendors, and addresses in place of theirs, by the names of their variables. */
  readonly vendors: Readonly<Record<string, string>>;
  #values = new Map<string, string>();
  #concealed: readonly string[] | undefined;

  /** @throws {Failure} `refused`, for a malformed variable; its value is not quoted */
  constructor(environment: NodeJS.ProcessEnv, outputs: Outputs) {
    const { VERIFY_COMMIT, ...given } = readVariables(verifyVariables, environment);
    this.commit = VERIFY_COMMIT;
    const tokens = readVariables(vendorTokens, environment);
    this.vendors = { ...tokens, ...readVariables(vendorAddresses, environment) };
    for (const [name, value] of Object.entries(tokens)) this.#values.set(name, value);
    for (const [name, output] of Object.entries(fromOutputs)) {
      const value = outputs[output];
      if (value !== undefined && value !== "") this.#values.set(name, value);
    }
    for (const [name, value] of Object.entries(given)) this.#values.set(name, value);
  }

  has(name: CredentialName): boolean {
    return this.#values.has(name);
  }

  /** @throws {Unknown} `no-credential` */
  get(name: CredentialName): string {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const output = Object.entries(fromOutputs).find(([key]) => key === name)?.[1];
    const where = output === undefined ? "" : `, and the stack has no output ${output}`;
    throw new Unknown("no-credential", `${name} is not set${where}`);
  }

  /** The text with every credential taken out, also where a target has encoded it. */
  conceal(text: string): string {
    let shown = text;
    this.#concealed ??= this.#texts();
    for (const value of this.#concealed) shown = shown.replaceAll(value, concealed);
    return shown;
  }

  /** Longest first, so that no part of one stays behind. */
  #texts(): string[] {
    const secrets = [...this.#values].flatMap(([name, value]) => {
      if (name === "VERIFY_USER") return [];
      const parsed = /^VERIFY_(?:DATABASE|POOLER)_URL$/.test(name) ? URL.parse(value) : null;
      if (parsed === null || parsed.password === "") return [value];
      return [value, parsed.password, decoded(parsed.password)];
    });
    const forms = secrets.flatMap((value) => [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("base64url"),
    ]);
    // A shorter text stands by chance in others.
    return [...new Set(forms)].filter((form) => form.length >= 4).sort((a, b) => b.length - a.length);
  }
}
