/** Whether a variable tells a program to do without TLS, without verification, or with a version that is old. */
export function skipsTls(name: string, value: string): boolean {
  const text = value.trim().toLowerCase();
  return (
    (verifies.test(name) && negative.has(text)) ||
    (skips.test(name) && affirmative.has(text)) ||
    (encrypts.test(name) && (negative.has(text) || text === "disable" || text === "disabled")) ||
    (name === "NODE_OPTIONS" && weakOptions.test(text)) ||
    (versions.test(name) && /(?:^|[^\d.])v?1(?:[._][01])?$|^(?:ssl|tls)v?[123]?$|sslv[23]/.test(text)) ||
    (ciphers.test(name) && weakCiphers.test(text)) ||
    (name === "SSLKEYLOGFILE" && text !== "") ||
    (/^JAVA_(?:TOOL_)?OPTIONS$|^JDK_JAVA_OPTIONS$/.test(name) && weakJava.test(text))
  );
}

/** Ciphers that encrypt nothing, or nothing that could not be read. */
const weakCiphers = /(?:^|[^a-z!-])(?:a?null|e?null|export|exp|rc4|3?des|md5|adh|aecdh|low)\b|seclevel=0/;

/** Options of Node.js that take old versions of TLS or weak ciphers, write the keys down, or parse what nobody should. */
const weakOptions = new RegExp(
  `--tls-m(?:in|ax)-v1\\.[01]\\b|--insecure-http-parser|--security-revert|--openssl-legacy-provider|--openssl-(?:shared-)?config|--tls-keylog|--trace-tls|--tls-cipher-list[= ].*?(?:${weakCiphers.source})`,
);

const weakJava =
  /checkrevocation=false|protocols=["']?tlsv1(?:\.1)?(?:["',\s]|$)|trustall|disablehostnameverification=true/;

/** Variables that say which versions of TLS are taken, and which ciphers. */
const versions =
  /(?:MIN_?(?:SSL|TLS)(?:_?VERSION)?|(?:SSL|TLS)_?(?:MIN(?:IMUM)?_?)?(?:VERSION|PROTOCOL)S?)$/i;
const ciphers = /(?:SSL|TLS)_?CIPHER(?:S|_?LIST|_?SUITES)?$/i;

const negative: ReadonlySet<string> = new Set(["0", "false", "no", "off", "none", "never"]);
const affirmative: ReadonlySet<string> = new Set(["1", "true", "yes", "on", "always"]);

/** Switches that are on by default. */
const verifies =
  /REJECT_UNAUTHORI[SZ]ED$|HTTPSVERIFY$|(?:SSL|TLS|CERT(?:IFICATE)?S?)_?VERIF(?:Y|ICATION)$|VERIFY_?(?:SSL|TLS|CERT(?:IFICATE)?S?|PEER|HOST)$|STRICT_SSL$/i;

/** Switches of TLS itself, as the libraries of databases and caches have them. */
const encrypts =
  /^(?:(?:DATABASE|DB|PG|POSTGRES(?:QL)?|SUPABASE|TYPEORM|REDIS|MYSQL|MONGO(?:DB)?|AMQP|SMTP|MAIL)_?(?:USE_?|REQUIRE_?)?(?:SSL|TLS)(?:_?(?:MODE|ENABLED|ENFORCED?|REQUIRED?))?|PGREQUIRESSL|(?:SMTP|MAIL)_SECURE|(?:USE|ENABLE)_(?:SSL|TLS))$/i;

/** Switches that are off by default. */
const skips =
  /(?:ALLOW|ACCEPT)_?(?:INVALID|SELF_?SIGNED|INSECURE|UNTRUSTED)\w*$|(?:SKIP|NO|DISABLE|IGNORE)_?(?:SSL|TLS|CERT(?:IFICATE)?S?)\w*$|SSL_NO_VERIFY$|OTLP(?:_\w+)?_INSECURE$|TRUST_SERVER_CERTIFICATE$|(?:SSL|TLS)_?INSECURE$/i;
