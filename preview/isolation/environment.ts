import { dirname } from "node:path";
import { sandboxHome, sandboxTemporary } from "./bubblewrap.ts";

/** What the preview itself gives to a program or a pack. */
export type Given = Readonly<Record<string, string>>;

/** Variables that pass everywhere: they say how to write texts and times, and nothing of the caller. */
const harmless = ["LANG", "LC_ALL", "LC_CTYPE", "TZ"];

/**
 * Variables that code has no use for in a preview, where nothing is deployed: the credentials of Pulumi itself,
 * and what gives a step of a workflow a say in the run that it is part of.
 */
const withheld = [
  ...["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"],
  ...["ACTIONS_RUNTIME_TOKEN", "ACTIONS_RUNTIME_URL", "ACTIONS_RESULTS_URL", "ACTIONS_CACHE_URL"],
  ...["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"],
  ...["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"],
];

/** The caller's environment as Pulumi's engine passes it on, less what a preview has no use for. */
export function openEnvironment(given: Given, caller: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const rest = Object.entries(caller).filter(([name]) => !withheld.includes(name));
  return { ...Object.fromEntries(rest), ...given };
}

/**
 * Nothing of the caller's but what is named, and what needs none of it.
 *
 * @param names of the caller's variables that pass
 */
export function closedEnvironment(
  given: Given,
  names: readonly string[],
  caller: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const passed = [...harmless, ...names].flatMap((name) => {
    const value = caller[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: sandboxHome,
    TMPDIR: sandboxTemporary,
    ...given,
  };
}
