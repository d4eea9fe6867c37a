import { known, type Stack } from "../framework/index.ts";
import { perStack } from "./per-stack.ts";
import { stackOutput } from "./stack-outputs.ts";
import { declaredVariables } from "./variables.ts";

/** Versions of what goes out, as the program exports it or tells its hosts: without the name in front of an @. */
export const releases: (stack: Stack) => readonly string[] = perStack((stack) => {
  const exported = known(() => stackOutput(stack, "release")?.string());
  const told = declaredVariables(stack).flatMap((variable) =>
    /^(?:SENTRY_RELEASE|RELEASE|APP_VERSION)$/.test(known(variable.name) ?? "")
      ? (known(() => variable.value.string()) ?? [])
      : [],
  );
  const versions = [...(exported === undefined ? [] : [exported]), ...told].map((text) =>
    text.replace(/^.*@/, "").replace(/^v(?=\d)/, ""),
  );
  return [...new Set(versions)].filter((text) => text !== "");
});
