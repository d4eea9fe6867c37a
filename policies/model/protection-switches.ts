/** What a variable's value says of a protection that its name switches: that it is off, or nothing. */
export function switchesOff(name: string, value: string): boolean {
  const text = value.trim().toLowerCase();
  const words = wordsOf(name);
  return (
    (negative.has(text) && (enables.test(words) || isProtection.test(words))) ||
    (affirmative.has(text) && (disables.test(words) || widens.test(words))) ||
    (sampling.test(words) && Number(text) < leastSampled) ||
    (tracing.test(words) && text !== "" && Number(text) === 0)
  );
}

/** Whether a variable of that name switches a protection. */
export const isSwitch = (name: string): boolean =>
  [isProtection, enables, disables, widens, sampling, tracing].some((form) => form.test(wordsOf(name)));

const wordsOf = (name: string): string =>
  name.toUpperCase().replace(/^(?:APP|API|NEXT|NUXT|SERVER|OPTROPIC)_/, "");

const negative: ReadonlySet<string> = new Set([
  "0",
  "false",
  "no",
  "off",
  "none",
  "never",
  "disabled",
  "disable",
]);
const affirmative: ReadonlySet<string> = new Set(["1", "true", "yes", "on", "always", "enabled"]);

/** What items 4.3 to 4.10 and 5.1 to 5.4 ask for, as variables call it. */
const protection =
  "(?:RATE_?LIMIT(?:ER|ING|S)?|THROTTL(?:E|ING)|HELMET|SECURITY_HEADERS?|CSRF(?:_PROTECTION)?|XSRF|CSP|CONTENT_SECURITY_POLICY|HSTS|HTTPS|FORCE_SSL|FORCE_HTTPS|REQUIRE_HTTPS|AUTH(?:ENTICATION|ORIZATION)?|COOKIES?_(?:SECURE|HTTP_?ONLY)|SECURE_COOKIES?|SESSION_(?:COOKIE_)?SECURE|INPUT_VALIDATION|SANITI[SZ](?:E|ATION)|LOG_REDACTION|REDACT(?:ION|_LOGS)?|SCRUB(?:BING)?|RLS|ROW_LEVEL_SECURITY|WAF|SENTRY|ERROR_TRACKING|METRICS|PROMETHEUS|HEALTH_?CHECKS?|MFA|2FA)";

const isProtection = new RegExp(`^${protection}$`);
const enables = new RegExp(`^(?:ENABLE_|USE_)?${protection}(?:_(?:ENABLED?|ON|ACTIVE|REQUIRED))?$`);
const disables = new RegExp(
  `^(?:DISABLE|SKIP|NO|BYPASS|IGNORE)_${protection}$|^${protection}_(?:DISABLED?|OFF|BYPASS|SKIP)$|^(?:BYPASS|SKIP|DISABLE)_(?:AUTH|LOGIN|PERMISSIONS?|SECURITY)\\w*$`,
);

/** How many of the errors are sent: with none, nobody hears of any. */
const sampling = /^SENTRY_(?:ERRORS?_)?SAMPLE_RATE$/;

/** Of fewer, an error that few people meet is never seen. */
const leastSampled = 0.1;

/** The rate of failed requests is that of those that are traced. */
const tracing = /^SENTRY_TRACES_SAMPLE_RATE$/;

/** What shows more than it should. */
const widens =
  /^(?:ALLOW_(?:UNAUTHENTICATED|ANONYMOUS)(?:_\w+)?|(?:EXPRESS_)?ERROR_STACK(?:_?TRACES?)?|EXPOSE_(?:STACK_?TRACES?|ERRORS?|INTERNALS)|SHOW_(?:STACK_?TRACES?|ERROR_DETAILS)|(?:ENABLE_)?(?:GRAPHQL_)?(?:PLAYGROUND|INTROSPECTION)(?:_ENABLED)?|LOG_(?:REQUEST_)?(?:BOD(?:Y|IES)|HEADERS|PASSWORDS|SQL|QUERIES|SECRETS)|DEBUG_MODE|FLASK_DEBUG|DJANGO_DEBUG|APP_DEBUG)$/;
