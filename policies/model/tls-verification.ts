import type { Finding, Stack } from "../framework/index.ts";
import { shownValue } from "../values/shown-value.ts";
import { skipsTls } from "../values/tls-switches.ts";
import { judgeVariables } from "./variables.ts";

/** Judges each variable by which a program can be told to accept any certificate. */
export function verificationFindings(stack: Stack): Finding[] {
  return judgeVariables(
    stack,
    () => true,
    (value, name) =>
      !skipsTls(name, value) ||
      `${name} is ${shownValue(value)}, so the program does not connect by TLS, or does not verify the certificates.`,
  );
}
