import { remembered } from "../values/remembered.ts";

/** Prefixes whose variables a build tool puts into what it sends to browsers. */
const browserPrefixes = [
  "NEXT_PUBLIC_",
  "NUXT_PUBLIC_",
  "VITE_",
  "REACT_APP_",
  "GATSBY_",
  "EXPO_PUBLIC_",
  "PUBLIC_",
];

/** Ends of names, in lower case without separators, that say that the value is a secret. */
const secretEnd =
  /(?:password|passwd|passphrase|passcode|secret|token|pepper|salt|mnemonic|(?:basic|http|proxy|registry)auth|(?:seed|recovery)phrase|(?:secret|api|private|access|signing|encryption|master|service|servicerole|integration|routing|account|auth|session|cookie)keys?)$/;

/** What tells one secret of a name from another: `JWT_SECRET_2`, `API_KEY_OLD`, `PASSWORD_ADMIN`. */
const version =
  /_(?:v?\d+|old|prev(?:ious)?|next|new|current|primary|secondary|prod(?:uction)?|live|admin|root)$/i;

/** Ends of names of URLs that hold a password. */
const connectionEnd =
  /(?:connectionstring|(?:database|direct|db|postgres|postgresql|mysql|redis|mongo|mongodb|amqp)ur[il])$/;

/** Names of keys that anyone may read. */
const publicKey = /public|publishable|anonkey$|anonymouskey$|sitekey$|clientsideid$/;

/** Whether a variable or property of that name is expected to hold a secret. */
export const isSecretName = remembered((name) => {
  const plain = letters(name.replace(version, ""));
  return (
    (secretEnd.test(plain) && !publicKey.test(plain)) || isPasswordName(name) || connectionEnd.test(plain)
  );
});

/** Whether that is the name of a key that anyone may read. */
export function isPublicName(name: string): boolean {
  return publicKey.test(letters(name));
}

/** Keys of vendors whose scripts run in browsers, which the vendor ties to a site or lets do nothing but write. */
const browserKey =
  /^(?:.*(?:clienttoken|sitekey|writekey|clientsideid)|.*(?:maps|mapbox|firebase|amplitude|mixpanel|posthog|segment|intercom|logrocket|bugsnag|recaptcha|turnstile|hcaptcha|clerk|pusher)(?:api|app|access|client|browser|js)*(?:key|token)|.*algolia(?:search)(?:api|only)*key)$/;

/** Whether a vendor means browsers to have what has that name, without the prefix that sends it there. */
export function isBrowserKey(name: string): boolean {
  return browserKey.test(letters(name));
}

/** Whether that is the name of a URL, which is a secret for the password in it. */
export function isConnectionName(name: string): boolean {
  return connectionEnd.test(letters(name));
}

/** Whether a secret of that name may be a short word, as a password may. */
export function isPasswordName(name: string): boolean {
  return /(?:password|passwd|passphrase|(?:^|_)pass)$/i.test(name.replace(version, ""));
}

/** The name without the prefix that sends the variable to browsers, or undefined where it has no such prefix. */
export function browserName(name: string): string | undefined {
  const prefix = browserPrefixes.find((candidate) => name.startsWith(candidate));
  return prefix === undefined ? undefined : name.slice(prefix.length);
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
