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
        (verifies.test(name) && negative.has(text)) ||
        (skips.test(name) && affirmative.has(text)) ||
        (encrypts.test(name) && (negative.has(text) || text === "disable" || text === "disabled"));
      const isOld =
        name === "NODE_OPTIONS" && /--tls-m(?:in|ax)-v1\.[01]\b|--insecure-http-parser/.test(text);
      return (
        !(isOff || isOld) ||
        `${name} is ${shownValue(value)}, so the program does not connect by TLS, or does not verify the certificates.`
      );
    },
  );
}

const negative: ReadonlySet<string> = new Set(["0", "false", "no", "off", "none", "never"]);
const affirmative: ReadonlySet<string> = new Set(["1", "true", "yes", "on", "always"]);

/** Switches that are on by default. */
const verifies =
  /REJECT_UNAUTHORI[SZ]ED$|HTTPSVERIFY$|(?:SSL|TLS|CERT(?:IFICATE)?S?)_?VERIF(?:Y|ICATION)$|VERIFY_?(?:SSL|TLS|CERT(?:IFICATE)?S?|PEER|HOST)$|STRICT_SSL$/i;

/** Switches of TLS itself, as the libraries of databases and caches have them. */
const encrypts =
  /^(?:(?:DATABASE|DB|PG|POSTGRES(?:QL)?|TYPEORM|REDIS|MYSQL|MONGO(?:DB)?|AMQP|SMTP)_?(?:USE_?)?(?:SSL|TLS)(?:_?(?:MODE|ENABLED))?|(?:USE|ENABLE)_(?:SSL|TLS))$/i;

/** Switches that are off by default. */
const skips =
  /(?:ALLOW|ACCEPT)_?(?:INVALID|SELF_?SIGNED|INSECURE|UNTRUSTED)\w*$|(?:SKIP|NO|DISABLE|IGNORE)_?(?:SSL|TLS|CERT(?:IFICATE)?S?)\w*$|SSL_NO_VERIFY$|TRUST_SERVER_CERTIFICATE$|(?:SSL|TLS)_?INSECURE$/i;
