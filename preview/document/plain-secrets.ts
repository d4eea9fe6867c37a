import { isSecret, type PropertyMap, type PropertyValue, secret, signatureKey } from "../engine/values.ts";

/**
 * Properties of a state in which what its names or its form say to be a secret is one. A state of Terraform marks what
 * a program called sensitive and not what a provider's schema does, and is judged as this says. A state of Pulumi tells
 * what its program gave in plain: that is judged, and this says what of it is not shown.
 *
 * @param type of the resource, by any tool's name
 */
export function withPlainSecrets(type: string, properties: PropertyMap): PropertyMap {
  const name = lettersOf(type);
  const holder: Holder = { name, isResource: true, isContact: /contactpoint|notificationchannel/.test(name) };
  return inMap(properties, holder);
}

/** What a value stands in. */
interface Holder {
  /** Its name, in lower case without separators. */
  readonly name: string;
  /** Whether it says where alerts go, of which every address lets anyone send. */
  readonly isContact: boolean;
  readonly isResource?: true;
  /** Whether it holds variables or files, by what they are called. */
  readonly variable?: string;
}

const secretEnd =
  /(?:password|passwd|passphrase|secret|secrets|token|credential|credentials|authorization|cookie|connectionstring|connectionuri|destinationconf|plaintextvalue|plaintext|dsnsecret|(?:secret|api|private|access|signing|encryption|master|service|servicerole|account|auth|session|integration|routing)key(?:pem)?|privatekeypem)$/;

/** Holders of which every text is a secret. */
const onlySecrets = /(?:httpheaders?|securejsondata|securesettings)$/;

/** Holders of variables, of which each has its value under such a name. */
const variables =
  /(?:envvars|environments?|environmentvariables?|variables|deployhooks|secretfiles|secrettextbindings?)$/;
const valueNames = new Set(["value", "content", "text", "url", "data"]);

/** Names of types whose `key` is what they give. */
const givesKey = /(?:token|apikey|accesskey|serviceaccountkey)$/;

function inMap(map: PropertyMap, holder: Holder): PropertyMap {
  const isList =
    holder.isResource !== true &&
    variables.test(holder.name) &&
    Object.values(map).every((one) => typeof one === "string");
  const ofVariables = isList && !Object.hasOwn(map, "value");
  const kind = typeof map.type === "string" && /^secret/.test(map.type);
  const called = typeof map.key === "string" ? map.key : typeof map.name === "string" ? map.name : undefined;
  const entries = Object.entries(map).map(([key, value]): [string, PropertyValue] => {
    const name = lettersOf(key);
    const isValue = valueNames.has(name);
    if (ofVariables && typeof value === "string")
      return [key, isHarmless(key, value) ? value : secret(value)];
    if (isSecretName(name, holder) || (kind && isValue)) return [key, allOf(value)];
    if (isValue && (holder.variable !== undefined || variables.test(holder.name))) {
      const variable = holder.variable ?? called ?? "";
      return [
        key,
        name === "value" && typeof value === "string" && isHarmless(variable, value) ? value : allOf(value),
      ];
    }
    const inner = {
      name,
      isContact: holder.isContact,
      ...(variables.test(holder.name) && { variable: key }),
    };
    return [key, inValue(value, inner)];
  });
  return Object.fromEntries(entries);
}

function inValue(value: PropertyValue, holder: Holder): PropertyValue {
  if (typeof value === "string") return hasPassword(value) ? secret(value) : value;
  if (value === null || typeof value !== "object" || isMarked(value)) return value;
  return Array.isArray(value) ? value.map((one) => inValue(one, holder)) : inMap(value, holder);
}

function isSecretName(name: string, holder: Holder): boolean {
  if (/public|publishable|anonkey$/.test(name)) return false;
  if (secretEnd.test(name)) return true;
  if (holder.isContact && /url$|^settings$/.test(name)) return true;
  return onlySecrets.test(holder.name) || (name === "key" && givesKey.test(holder.name));
}

/** Every text in a value, each as a secret of its own: what stands beside one stays to be judged. */
function allOf(value: PropertyValue): PropertyValue {
  if (typeof value === "string") return value === "" ? value : secret(value);
  if (value === null || typeof value !== "object" || isMarked(value)) return value;
  if (Array.isArray(value)) return value.map(allOf);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, allOf(one)]));
}

/** Whether a variable of no secret name has a value that no secret looks like. */
function isHarmless(variable: string, value: string): boolean {
  if (secretEnd.test(lettersOf(variable)) || /pass|key|dsn|auth|salt|hash/i.test(variable)) return false;
  return /^(?:|true|false|\d{1,6}|[a-z][a-z-]{0,15}|https?:\/\/[\w.-]+(?::\d+)?(?:\/[\w./-]{0,40})?)$/i.test(
    value,
  );
}

/** A URL with a password, or a token that tells its vendor by its beginning. */
function hasPassword(text: string): boolean {
  return (
    /:\/\/[^\s:@/?#]{0,200}:[^\s@/]{1,500}@/.test(text.slice(0, 10_000)) ||
    /^(?:sk_live_|rk_live_|ghp_|gho_|ghs_|github_pat_|xox[abprs]-|glsa_|glc_|sbp_|rnd_|npm_|AKIA|-----BEGIN [A-Z ]*PRIVATE KEY)/.test(
      text,
    ) ||
    /^https:\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks|[\w-]+\.webhook\.office\.com)\//.test(
      text,
    ) ||
    /[?&](?:[\w.-]*(?:secret|token|password|signature|apikey|api_key|secret-access-key))=[^&\s]{6}/i.test(
      text.slice(0, 10_000),
    )
  );
}

function isMarked(value: PropertyValue): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    (isSecret(value) || Object.hasOwn(value, signatureKey))
  );
}

function lettersOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
}
