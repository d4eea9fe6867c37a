import * as pulumi from "@pulumi/pulumi";
import { type Project, Settings } from "@pulumi/supabase";
import type { DatabaseArgs, DatabaseScope } from "./args.ts";

/**
 * The security settings of a Supabase project.
 *
 * Each group is a JSON document whose unknown keys are dropped silently, so the names are those of the
 * Management API (https://supabase.com/docs/reference/api/v1-update-auth-service-config and its siblings).
 * The pooler is not here: the provider accepts its settings and never sends them.
 */
export function createSettings(
  scope: DatabaseScope,
  args: Pick<DatabaseArgs, "database" | "siteUrl" | "apiSchemas" | "apiMaxRows" | "signup">,
  project: Project,
): Settings {
  return new Settings(
    ...scope.child("settings", {
      projectRef: project.id,
      network: JSON.stringify({ restrictions: restrictions(args.database.allowedNetworks) }),
      sslEnforcement: args.database.enforceSsl,
      api: JSON.stringify(dataApi(args)),
      // The document holds Auth's secrets when it has any, and the provider does not mark it as a secret.
      auth: pulumi.secret(JSON.stringify(auth(args))),
    }),
  );
}

/**
 * The networks in the form in which the provider reads them back, or each refresh would differ: those of IPv4
 * first, and null where there is none, which lets nobody in as an empty list does.
 */
function restrictions(networks: readonly string[]): readonly string[] | null {
  const isIpv6 = (network: string) => network.includes(":");
  return networks.length === 0
    ? null
    : networks.toSorted((one, other) => Number(isIpv6(one)) - Number(isIpv6(other)));
}

/** The Data API is off while it serves no schema; the switch in the dashboard writes the same empty list. */
function dataApi({ apiSchemas = [], apiMaxRows = 1000 }: Pick<DatabaseArgs, "apiSchemas" | "apiMaxRows">) {
  return {
    db_schema: apiSchemas.join(","),
    db_extra_search_path: apiSchemas.length === 0 ? "" : "extensions",
    max_rows: apiMaxRows,
  };
}

/**
 * Supabase Auth, hardened. Leaked-password protection needs the Pro plan, as point-in-time recovery does. The
 * limit on e-mails is not set: the API rejects it unless the project has an SMTP server of its own.
 */
function auth({ siteUrl, signup = false }: Pick<DatabaseArgs, "siteUrl" | "signup">) {
  return {
    site_url: siteUrl,
    uri_allow_list: "",
    disable_signup: !signup,
    external_anonymous_users_enabled: false,
    external_phone_enabled: false,
    security_manual_linking_enabled: false,

    // A new address is confirmed before it signs in, and a change of address at both addresses.
    mailer_autoconfirm: false,
    mailer_allow_unverified_email_sign_ins: false,
    mailer_secure_email_change_enabled: true,
    mailer_otp_length: 8,
    mailer_otp_exp: 3600,
    mailer_notifications_password_changed_enabled: true,
    mailer_notifications_email_changed_enabled: true,
    mailer_notifications_mfa_factor_unenrolled_enabled: true,

    // NIST SP 800-63B-4, 3.1.1.2: length and a check against leaked passwords, no composition rules.
    password_min_length: 15,
    password_hibp_enabled: true,
    security_update_password_require_reauthentication: true,

    jwt_exp: 3600,
    refresh_token_rotation_enabled: true,
    security_refresh_token_reuse_interval: 10,

    mfa_totp_enroll_enabled: true,
    mfa_totp_verify_enabled: true,
    mfa_phone_enroll_enabled: false,
    mfa_phone_verify_enabled: false,

    // Per address and 5 minutes: verifications, one-time passwords, token refreshes, sign-ins by wallet.
    rate_limit_verify: 30,
    rate_limit_otp: 30,
    rate_limit_token_refresh: 150,
    rate_limit_web3: 30,
    // Per hour, in case anonymous sign-in is ever turned on.
    rate_limit_anonymous_users: 30,
  };
}
