/** Credentials that can be told by their form alone. */
const formats: readonly { readonly kind: string; readonly form: RegExp }[] = [
  { kind: "a private key", form: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { kind: "a private key of age", form: /\bAGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40}/ },
  { kind: "an AWS access key", form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { kind: "a GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/ },
  { kind: "a GitLab token", form: /\bglpat-[A-Za-z0-9_-]{20}/ },
  { kind: "a Slack token", form: /\bxox[abeoprs]-[A-Za-z0-9-]{10}/ },
  { kind: "a Stripe key", form: /\b[rs]k_live_[A-Za-z0-9]{16}/ },
  { kind: "an npm token", form: /\bnpm_[A-Za-z0-9]{36}/ },
  { kind: "a Supabase token", form: /\bsbp_[a-f0-9]{40}|\bsb_secret_[A-Za-z0-9_-]{20}/ },
  { kind: "a Render key", form: /\brnd_[A-Za-z0-9]{20}/ },
  { kind: "a Grafana token", form: /\bgl(?:c|sa)_[A-Za-z0-9_+/=]{32}/ },
  { kind: "a SendGrid key", form: /\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16}/ },
];

/** A credential found in a text. */
export interface Credential {
  /** What it is, such as "an AWS access key". */
  readonly kind: string;
  /** The part of the text that is secret. */
  readonly secret: string;
}

/** The first credential in a text that its form gives away, or undefined. */
export function findCredential(text: string): Credential | undefined {
  for (const { kind, form } of formats) {
    if (form.test(text)) {
      return { kind, secret: text };
    }
  }
  const bearer = /^(?:Bearer|Basic) ([A-Za-z0-9._~+/=-]{8,})$/.exec(text)?.[1];
  if (bearer !== undefined) {
    return { kind: "an authorization header", secret: bearer };
  }
  const password = urlPassword(text);
  return password === undefined ? undefined : { kind: "a URL with a password", secret: password };
}

/** The password in a URL such as postgresql://user:password@host, or undefined. */
function urlPassword(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(text) || !URL.canParse(text)) {
    return undefined;
  }
  const { password } = new URL(text);
  if (password === "") {
    return undefined;
  }
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** Whether a text only says where something is or is kept, for another program to fetch it. */
export function isReference(text: string): boolean {
  return /^(?:\$\{.*\}|\$\(.*\)|\{\{.*\}\}|arn:|op:\/\/|vault:|https?:\/\/|\/|projects\/[^/]+\/secrets\/)/.test(
    text,
  );
}
