import { type Fault, fault, type Key, known, type Stack, type Value } from "../../framework/index.ts";
import type { DataApi, SignIn } from "../../model/adapter.ts";
import type { AuthSettings, DataApiSettings } from "../../model/supabase-settings.ts";
import { supabase } from "../../model/tokens.ts";

/** Schemas that hold passwords, secrets or the server's own tables. */
const internal =
  /^(?:auth|vault|pg_\w+|information_schema|supabase_\w+|cron|net|extensions|pgsodium\w*|pgbouncer|realtime|_\w+)$/;

const longestToken = 86_400;

const shortestPassword = 8;

/** Supabase's own advisor says so. Source: https://supabase.com/docs/guides/deployment/going-into-prod */
const longestCode = 3600;

/** Attempts from one address, in five minutes or an hour; the defaults are 30 to 150. */
const mostAttempts = 3600;

const attemptLimits = [
  "rate_limit_token_refresh",
  "rate_limit_email_sent",
  "rate_limit_sms_sent",
  "rate_limit_otp",
  "rate_limit_verify",
  "rate_limit_anonymous_users",
  "rate_limit_web3",
] as const;

function signInFault(isOwnName: IsOwn, auth: Value<AuthSettings>): Fault | undefined {
  const isOn = (name: Key<AuthSettings>) => auth.at(name).boolean() === true;
  const site = auth.at("site_url");
  const [wrongSite] = wrongUrls(isOwnName, site.string() ?? "");
  if (wrongSite !== undefined) {
    return fault(site, `site_url ${wrongSite}.`);
  }
  const list = auth.at("uri_allow_list");
  const [wrongEntry] = (list.string() ?? "").split(",").flatMap((url) => wrongUrls(isOwnName, url.trim()));
  if (wrongEntry !== undefined) {
    return fault(
      list,
      `uri_allow_list ${wrongEntry}, to which a sign-in may send the visitor with the token.`,
    );
  }
  const takesMail = auth.at("external_email_enabled").boolean() !== false;
  if (isOn("mailer_autoconfirm") && takesMail) {
    return fault(
      auth.at("mailer_autoconfirm"),
      "Anybody may sign up with somebody else's address: mailer_autoconfirm is true.",
    );
  }
  if (isOn("mailer_allow_unverified_email_sign_ins")) {
    return fault(
      auth.at("mailer_allow_unverified_email_sign_ins"),
      "People sign in with an address that nobody has confirmed.",
    );
  }
  const seconds = auth.at("jwt_exp");
  if ((seconds.number() ?? 0) > longestToken) {
    return fault(
      seconds,
      `A token that was taken is valid for ${seconds.number()} seconds, more than a day.`,
    );
  }
  const code = auth.at("mailer_otp_exp");
  if ((code.number() ?? 0) > longestCode) {
    return fault(code, `A code or link in a mail is valid for ${code.number()} seconds, more than an hour.`);
  }
  const limit = attemptLimits.map((name) => auth.at(name)).find((it) => (it.number() ?? 0) > mostAttempts);
  if (limit !== undefined) {
    return fault(limit, `${limit.path.at(-1)} allows ${limit.number()} attempts, which is not a limit.`);
  }
  const hook = auth
    .entries()
    .find(
      ([name, value]) => /^hook_\w+_uri$/.test(name) && /^http:/i.test(known(() => value.string()) ?? ""),
    );
  if (hook !== undefined) {
    return fault(hook[1], `${hook[0]} is plain http: what Supabase sends there can be read and forged.`);
  }
  const length = auth.at("password_min_length");
  if ((length.number() ?? shortestPassword) < shortestPassword) {
    return fault(length, `Passwords may have ${length.number()} characters.`);
  }
  const rotation = auth.at("refresh_token_rotation_enabled");
  return rotation.boolean() === false
    ? fault(
        rotation,
        "A refresh token that was taken works forever: refresh_token_rotation_enabled is false.",
      )
    : undefined;
}

/** What is wrong with a URL that Supabase sends people to, as a predicate; nothing for the scheme of an app. */
function wrongUrls(isOwnName: IsOwn, text: string): string[] {
  if (text === "") return [];
  const [, scheme = "", host = ""] = /^([a-z][\w+.-]*):\/\/([^/:?#]*)/i.exec(text) ?? [];
  const shown = JSON.stringify(text.slice(0, 80));
  if (scheme === "") return [`has ${shown}, which is not a URL`];
  if (!/^https?$/i.test(scheme)) return [];
  if (scheme.toLowerCase() === "http") return [`has ${shown}, which is plain http`];
  // A star stands for what has no dot, two for anything: what is fixed behind them says whose it is.
  const fixed = host.replace(/^\*+\.?/, "");
  const isFixed = fixed.includes(".") && !fixed.includes("*");
  return isFixed && isOwnName(fixed) ? [] : [`has ${shown}, whose host is not a name of the platform`];
}

type IsOwn = (host: string) => boolean;

/** Supabase Auth, as settings of a project have it. */
export const signIns = (stack: Stack): SignIn[] =>
  stack.ofType(supabase.settings).map((settings) => ({
    resource: settings,
    isSafe: (isOwnName) =>
      !settings.at("auth").exists ||
      (signInFault(isOwnName, settings.at("auth").json<AuthSettings>()) ?? true),
  }));

/** The Data API, as settings of a project have it. */
export const dataApis = (stack: Stack): DataApi[] =>
  stack.ofType(supabase.settings).map((settings) => ({
    resource: settings,
    servesOwn: () => {
      if (!settings.at("api").exists) return true;
      const schemas = settings.at("api").json<DataApiSettings>().at("db_schema");
      const own = (schemas.string() ?? "").split(",").find((schema) => internal.test(schema.trim()));
      return own === undefined || fault(schemas, `The Data API serves the schema ${own.trim()}.`);
    },
  }));
