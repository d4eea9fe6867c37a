import { parseJson } from "../../lib/json.ts";
import { commandSecrets } from "../values/command-secrets.ts";
import { looksRandom } from "../values/randomness.ts";
import { remembered } from "../values/remembered.ts";
import { isConnectionName, isPasswordName, isSecretName } from "./secret-names.ts";

/** Credentials that can be told by their form alone. */
const formats: readonly { readonly kind: string; readonly form: RegExp }[] = [
  { kind: "a private key", form: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { kind: "a private key of age", form: /\bAGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40}/ },
  { kind: "an AWS access key", form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { kind: "a GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/ },
  { kind: "a GitLab token", form: /\bglpat-[A-Za-z0-9_-]{20}/ },
  { kind: "a Slack token", form: /\bxox[abeoprs]-[A-Za-z0-9-]{10}/ },
  { kind: "a Stripe key", form: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}|\bwhsec_[A-Za-z0-9+/=]{16}/ },
  { kind: "an npm token", form: /\bnpm_[A-Za-z0-9]{36}/ },
  { kind: "a Supabase token", form: /\bsbp_[a-f0-9]{40}|\bsb_secret_[A-Za-z0-9_-]{20}/ },
  { kind: "a Render key", form: /\brnd_[A-Za-z0-9]{20}/ },
  { kind: "a Grafana token", form: /\bgl(?:c|sa)_[A-Za-z0-9_+/=]{32}/ },
  { kind: "a SendGrid key", form: /\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16}/ },
  { kind: "a key of OpenAI or Anthropic", form: /\bsk-(?:proj-|svcacct-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20}/ },
  { kind: "a Google key", form: /\bGOCSPX-[A-Za-z0-9_-]{20}|\bya29\.[A-Za-z0-9_-]{20}/ },
  { kind: "a Twilio key", form: /\bSK[a-f0-9]{32}\b/ },
  { kind: "a Mailgun key", form: /\bkey-[a-f0-9]{32}\b/ },
  { kind: "a Mailchimp key", form: /\b[a-f0-9]{32}-us\d{1,2}\b/ },
  { kind: "a DigitalOcean token", form: /\bdo[opr]_v1_[a-f0-9]{40}/ },
  { kind: "a Shopify token", form: /\bshp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}/ },
  { kind: "a Square token", form: /\bsq0(?:atp|csp)-[A-Za-z0-9_-]{20}/ },
  { kind: "a PyPI token", form: /\bpypi-[A-Za-z0-9_-]{40}/ },
  { kind: "a Hugging Face token", form: /\bhf_[A-Za-z0-9]{30}/ },
  { kind: "a Databricks token", form: /\bdapi[a-f0-9]{32}/ },
  { kind: "a Doppler token", form: /\bdp\.(?:pt|st|ct|sa)\.[A-Za-z0-9._-]{30}/ },
  { kind: "a Linear key", form: /\blin_api_[A-Za-z0-9]{32}/ },
  { kind: "a Sentry token", form: /\bsntry[su]_[A-Za-z0-9_=+/-]{30}/ },
  { kind: "a Telegram token", form: /\b\d{8,10}:AA[A-Za-z0-9_-]{32}/ },
  { kind: "a Vault token", form: /\bhv[sb]\.[A-Za-z0-9_-]{20}/ },
  { kind: "a New Relic key", form: /\bNRAK-[A-Z0-9]{27}/ },
  { kind: "a PlanetScale password", form: /\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9._-]{30}/ },
  { kind: "a Resend key", form: /\bre_[A-Za-z0-9]{6,}_[A-Za-z0-9]{16}/ },
  { kind: "a Pulumi token", form: /\bpul-[a-f0-9]{40}/ },
  { kind: "a Discord token", form: /\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}/ },
  { kind: "a secret token of Mapbox", form: /\b[st]k\.eyJ[\w-]{10,500}\.[\w-]{16}/ },
  { kind: "an Atlassian token", form: /\bATATT3x[A-Za-z0-9_=-]{30}/ },
  { kind: "a private key of JOSE", form: /"kty"\s*:[^{}]*"[dk]"\s*:\s*"[\w-]{20,}"/ },
  { kind: "a key in base64", form: /^base64:[A-Za-z0-9+/]{22,}={0,2}$/ },
  { kind: "a login of a registry", form: /"auth"\s*:\s*"[A-Za-z0-9+/]{8,}={0,2}"/ },
  { kind: "a key of Azure storage", form: /\bAccountKey=[A-Za-z0-9+/=]{40}/ },
  {
    kind: "a webhook, whose address is its secret",
    form: /hooks\.slack\.com\/(?:services|workflows)\/T\w+\/\w+|discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20}|webhook\.office\.com\/webhookb2\/|events\.pagerduty\.com\/integration\/[a-f0-9]{32}/,
  },
];

/** A credential found in a text. */
export interface Credential {
  /** What it is, such as "an AWS access key". */
  readonly kind: string;
  /** The part of the text that is secret. */
  readonly secret: string;
}

/**
 * The first credential in a text that its form gives away, or undefined. Texts are long where somebody wants them
 * to be, so that no pattern looks from each of its starts to the end of the text.
 */
export const findCredential: (text: string) => Credential | undefined = remembered((text) => search(text, 0));

function search(text: string, depth: number): Credential | undefined {
  for (const { kind, form } of formats) {
    if (form.test(text)) {
      return { kind, secret: text };
    }
  }
  const token = webToken(text);
  if (token !== undefined) {
    return { kind: "a signed token", secret: token };
  }
  const bearer = headerSecret(text);
  if (bearer !== undefined) {
    return { kind: "an authorization header", secret: bearer };
  }
  const password = urlPassword(text);
  if (password !== undefined) {
    return { kind: "a URL with a password", secret: password };
  }
  const user = urlToken(text) ?? comparedSecret(text);
  if (user !== undefined) {
    return user;
  }
  const assigned = assignedSecret(text);
  if (assigned !== undefined) {
    return { kind: "a text with a password", secret: assigned };
  }
  const hidden = depth < 2 ? decoded(text) : undefined;
  return hidden === undefined ? undefined : search(hidden, depth + 1);
}

/** What a header that authorizes carries: `Bearer …` anywhere, or something random after the header's name. */
function headerSecret(text: string): string | undefined {
  const [, bearer] = /\b(?:Bearer|Basic|Token) ([A-Za-z0-9._~+/=-]{8,})/.exec(text) ?? [];
  const [, named = ""] =
    /\b(?:authorization|x-api-key|x-auth-token|api-key):\s?(?:[a-z]+ )?([A-Za-z0-9._~+/=-]{8,})/i.exec(
      text,
    ) ?? [];
  return bearer ?? (looksRandom(named, 8) ? named : undefined);
}

/** Tokens that browsers are meant to have: their form says so, whatever their name. */
export function isPublicToken(text: string): boolean {
  return /^(?:pk\.eyJ|pk_(?:live|test)_|sb_publishable_|phc_)/.test(text) || webRole(text) === "anon";
}

/** A JSON Web Token; Supabase's anonymous key is one that anybody may have. */
function webToken(text: string): string | undefined {
  const token = /\beyJ[\w-]{8,500}\.eyJ[\w-]{8,4000}\.[\w-]{16,}/.exec(text)?.[0];
  return token === undefined || webRole(token) === "anon" ? undefined : token;
}

function webRole(token: string): unknown {
  const payload = /^eyJ[\w-]+\.(eyJ[\w-]+)\./.exec(token)?.[1];
  const claims = payload && parseJson(Buffer.from(payload, "base64url").toString());
  return typeof claims === "object" && claims !== null ? Reflect.get(claims, "role") : undefined;
}

/** The password in a URL such as postgresql://user:password@host, anywhere in a text and of one host or several. */
function urlPassword(text: string): string | undefined {
  if (!text.includes("://") || !text.includes("@")) {
    return undefined;
  }
  const passwords = [
    ...text.matchAll(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/?#"'<>]{0,200}:([^\s@"'<>]{1,500})@/gi),
  ];
  const password = passwords.map(([, found = ""]) => found).find((found) => !isPlaceholder(found));
  try {
    return password && decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** A token in the place of a URL's user, as in https://token@host; that of a DSN, which ends with a project, is public. */
function urlToken(text: string): Credential | undefined {
  if (!text.includes("://") || !text.includes("@")) return undefined;
  const users = [
    ...text.matchAll(
      /\b(?:https?|git\+https?):\/\/([^\s:@/?#"'<>]{16,200})@([\w.-]{1,253})(?::\d{1,5})?([^\s?#"'<>]{0,200})/gi,
    ),
  ];
  const found = users.find(
    ([, user = "", host = "", path = ""]) =>
      looksRandom(user) &&
      !/(?:^|\.)sentry\.|^(?:sentry|ingest|glitchtip)\b/i.test(host) &&
      !(/^[\da-f]{32}$/i.test(user) && /\/\d+\/?$/.test(path)),
  );
  return found?.[1] === undefined ? undefined : { kind: "a URL with a token", secret: found[1] };
}

/** What a rule of a firewall compares a header or a cookie with. */
function comparedSecret(text: string): Credential | undefined {
  const [, field = "", compared = ""] =
    /http\.(request\.(?:headers|cookies|uri\.args)\[[^\]]{1,100}\](?:\[(?:\d+|\*)\])?|cookie)\s*(?:eq|ne|==|!=|contains)\s*"([^"]{12,500})"/.exec(
      text,
    ) ?? [];
  // All cookies are one text, in which a name stands before each value.
  const secret = field === "cookie" ? compared.replace(/^[^=]*=(?!=)/, "") : compared;
  return looksRandom(secret, 12) ? { kind: "a rule with a secret", secret } : undefined;
}

/** The secret in `password=…`, `--token …` or `-u user:…`: in a query, a connection string or a command. */
function assignedSecret(text: string): string | undefined {
  if (!/[=\s]/.test(text)) {
    return filedSecret(text);
  }
  const pairs = [
    ...text.matchAll(
      /(?<![\w.-])([\w.-]+)(?:\s?=\s?|\s(?<=\s--?[A-Za-z][\w-]*\s))(?:"([^"]*)"|'([^']*)'|([^\s&;,"'}]+))/g,
    ),
  ];
  const named = pairs.map(([, name = "", double, single, bare]) => ({
    name: name.replace(/^-+/, ""),
    value: double ?? single ?? bare ?? "",
  }));
  const commanded = commandSecrets(text).find((value) => !isPlaceholder(value));
  return commanded ?? named.find(isAssignment)?.value ?? listedSecret(text) ?? filedSecret(text);
}

/** The password in a line of a password file of libpq or of a .netrc, or in an element of XML. */
function filedSecret(text: string): string | undefined {
  const [, login] = /(?:^|\s)machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)/.exec(text) ?? [];
  const [, line] = /(?:^|\n)[\w.*-]+:(?:\d{1,5}|\*):[\w.*-]+:[\w.*-]+:(\S{4,})(?:\r?\n|$)/.exec(text) ?? [];
  const elements = text.includes("</") ? [...text.matchAll(/<([\w:.-]+)>([^<>\s]{4,500})<\//g)] : [];
  const element = elements.find(([, name = "", value = ""]) => isAssignment({ name, value }))?.[2];
  return [login, line, element].find((secret) => secret !== undefined && !isPlaceholder(secret));
}

/**
 * The secret in a line of a YAML document, such as one that Pulumi ESC keeps or a manifest: under the name of one, or
 * under `fn::secret`, which encrypts it at Pulumi Cloud and not where it is written.
 */
function listedSecret(text: string): string | undefined {
  if (!text.includes(": ")) return undefined;
  const lines = [...text.matchAll(listed)].map(([, name = "", double, single, bare]) => ({
    name,
    value: double ?? single ?? bare ?? "",
  }));
  return lines.find(
    (line) =>
      (line.name === "fn::secret" && line.value.length >= 4 && !isPlaceholder(line.value)) ||
      (isAssignment(line) && !typeWord.test(line.value)),
  )?.value;
}

const listed =
  /(?:^|\n|[{,])[ \t]*(?:-[ \t]+)?["']?([\w.-]+|fn::secret)["']?:[ \t]+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,}]+))[ \t]*(?=[\n,}#]|$)/g;

/** What a schema or a form has in the place of a value. */
const typeWord = /^(?:true|false|null|~|yes|no|on|off|string|required|optional|hidden|text|password)$/i;

function isAssignment({ name, value }: { name: string; value: string }): boolean {
  if (isPlaceholder(value) || isReference(value)) {
    return false;
  }
  const isPassword = isPasswordName(name) || /(?:^|_)(?:pwd|pass)$/i.test(name);
  const isSecret = isSecretName(name) && !isConnectionName(name);
  return (
    (isPassword && value.length >= 4) ||
    ((isSecret || /^(?:sig|signature)$/i.test(name)) &&
      looksRandom(value.replaceAll(/%[0-9a-f]{2}/gi, "+"), 8))
  );
}

/** What stands for a value that something else puts in: `$X`, `{{x}}`, `<x>`, `***`. */
function isPlaceholder(value: string): boolean {
  return value === "" || /[$`{}<>]|^\*+$|^%\w+%$|^\[secret\]$/.test(value);
}

/** What base64 or the escapes of a URL hide, where it is text. */
function decoded(text: string): string | undefined {
  if (/%[0-9a-f]{2}/i.test(text) && text.length <= 20_000) {
    const plain = text.replaceAll(/%([2-7][0-9a-f])/gi, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    return plain === text ? undefined : plain;
  }
  if (text.length < 24 || text.length > 20_000 || !/^[\w+/-]+={0,2}$/.test(text)) {
    return undefined;
  }
  const plain = Buffer.from(text, "base64").toString("utf8");
  return /^[\x20-\x7e\s]+$/.test(plain) ? plain : undefined;
}

/** Whether a text only says where something is or is kept, for another program to fetch it. */
export function isReference(text: string): boolean {
  return /^(?:\$\{.*\}|\$\(.*\)|\{\{.*\}\}|arn:|op:\/\/|vault:|https?:\/\/|\/|projects\/[^/]+\/secrets\/)/.test(
    text,
  );
}
