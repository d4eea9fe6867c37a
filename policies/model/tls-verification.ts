import type { Finding, Stack } from "../framework/index.ts";
import { shownValue } from "../values/shown-value.ts";
import { judgeVariables } from "./variables.ts";

/** Judges each variable by which a program can be told to accept any certificate. */
export function verificationFindings(stack: Stack): Finding[] {
  return judgeVariables(
    stack,
    () => true,
    (value, name) => {
      const text = value.trim().toLowerCase();
      const isOff =
        (verifies.test(name) && negative.has(text)) || (skips.test(name) && affirmative.has(text));
      const isOld =
        name === "NODE_OPTIONS" && /--tls-m(?:in|ax)-v1\.[01]\b|--insecure-http-parser/.test(text);
      return (
        !(isOff || isOld) ||
        `${name} is ${shownValue(value)}, so the program does not verify the TLS certificates of what it connects to.`
      );
    },
  );
}

const negative: ReadonlySet<string> = new Set(["0", "false", "no", "off", "none", "never"]);
const affirmative: ReadonlySet<string> = new Set(["1", "true", "yes", "on", "always"]);

/** Switches that are on by default. */
const verifies =
  /REJECT_UNAUTHORI[SZ]ED$|HTTPSVERIFY$|(?:SSL|TLS|CERT(?:IFICATE)?S?)_?VERIF(?:Y|ICATION)$|VERIFY_?(?:SSL|TLS|CERT(?:IFICATE)?S?|PEER|HOST)$|STRICT_SSL$/i;

/** Switches that are off by default. */
const skips =
  /(?:ALLOW|ACCEPT)_?(?:INVALID|SELF_?SIGNED|INSECURE|UNTRUSTED)\w*$|(?:SKIP|NO|DISABLE|IGNORE)_?(?:SSL|TLS|CERT(?:IFICATE)?S?)\w*$|SSL_NO_VERIFY$|TRUST_SERVER_CERTIFICATE$|(?:SSL|TLS)_?INSECURE$/i;
