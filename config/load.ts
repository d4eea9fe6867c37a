import * as pulumi from "@pulumi/pulumi";
import { adoptWanted, expectation, problemsOf, readSettings } from "./problems.ts";
import { refusalText, type SettingsProblem, type SettingsSource } from "./refusal.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/**
 * The settings of the stack that is being deployed, every default filled in. This is the only reader of
 * Pulumi's configuration; call it before the first resource is declared.
 *
 * @throws {SettingsError} when any setting is missing, malformed, impossible or unknown
 */
export function loadSettings(): Settings {
  const namespace = pulumi.getProject();
  const secretKeys = secretKeysOf(process.env.PULUMI_CONFIG_SECRET_KEYS);
  return parseSettings(pulumi.runtime.allConfig(), {
    stack: pulumi.getStack(),
    namespace,
    isSecret: (key) => secretKeys?.has(`${namespace}:${key}`) ?? true,
  });
}

/**
 * The settings that a stack's configuration holds, every default filled in.
 *
 * @param config full keys, such as `optropic:database`, to values as Pulumi hands them to a program: text as
 * it stands, or JSON; keys of other namespaces are left alone
 * @throws {SettingsError} with every problem at once, each with its path, what was expected and what was found
 */
export function parseSettings(config: Readonly<Record<string, string>>, source: SettingsSource): Settings {
  const prefix = `${source.namespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const { values, problems } = readSettings(
    new Map(own.map(([key, text]) => [key.slice(prefix.length), text])),
  );
  let result = settingsSchema.safeParse(values, { error: expectation });
  if (!result.success && adoptWanted(result.error.issues, values)) {
    result = settingsSchema.safeParse(values, { error: expectation });
  }
  if (result.success && problems.length === 0) return result.data;
  const unread = new Set(problems.filter(({ path }) => path.length === 1).map(({ path }) => path[0]));
  const judged = result.success ? [] : problemsOf(result.error.issues, values);
  throw new SettingsError([...problems, ...judged.filter(({ path }) => !unread.has(path[0]))], source);
}

/** Settings that are refused; Pulumi prints the message as it stands, without a stack trace. */
export class SettingsError extends pulumi.RunError {
  /** How many problems there are; the message shows the first of them. */
  readonly count: number;

  constructor(problems: readonly SettingsProblem[], source: SettingsSource) {
    super(refusalText(problems, source));
    this.name = "SettingsError";
    this.count = problems.length;
  }
}

/** Keys that hold a secret, as the language host names them; nothing where it does not say, so all may. */
function secretKeysOf(list: string | undefined): ReadonlySet<unknown> | undefined {
  try {
    const keys: unknown = JSON.parse(list ?? "");
    return Array.isArray(keys) ? new Set(keys) : undefined;
  } catch {
    return undefined;
  }
}
