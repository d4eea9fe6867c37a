import * as pulumi from "@pulumi/pulumi";
import { Settings as ProjectSettings } from "@pulumi/supabase";
import type { Settings } from "../../config/settings.ts";

export interface ProjectSettingsArgs {
  projectRef: pulumi.Input<string>;
  /** Networks that may reach Postgres and the pooler; an empty list closes both. */
  allowedNetworks: Settings["database"]["allowedNetworks"];
  /** Whether plaintext connections are refused. */
  enforceSsl: boolean;
  /** URL that Supabase Auth sends people back to. */
  siteUrl: string;
  /** Schemas that the Data API serves; none turns it off. */
  apiSchemas: readonly string[];
  /** Rows that one answer of the Data API holds at most. */
  apiMaxRows: number;
  /** Whether people may sign up at Supabase Auth. */
  signup: boolean;
}

/**
 * The settings of a Supabase project that are about its security.
 *
 * Each group is a JSON document whose unknown keys vanish without a word, so the names are those of the
 * Management API (https://supabase.com/docs/reference/api/v1-update-auth-service-config and its siblings).
 * The pooler is not here: the provider accepts its settings and never sends them.
 */
export function createSettings(
  name: string,
  args: ProjectSettingsArgs,
  opts: pulumi.CustomResourceOptions,
): ProjectSettings {
  return new ProjectSettings(
    name,
    {
      projectRef: args.projectRef,
      network: JSON.stringify({ restrictions: args.allowedNetworks }),
      sslEnforcement: args.enforceSsl,
      api: JSON.stringify(dataApi(args)),
      // The document is where Auth's secrets go when it has any, and the provider does not mark it.
      auth: pulumi.secret(JSON.stringify(auth(args))),
    },
    opts,
  );
}

/** The Data API is off while it serves no schema: the dashboard's switch writes the same empty list. */
function dataApi({ apiSchemas, apiMaxRows }: ProjectSettingsArgs) {
  return {
    db_schema: apiSchemas.join(","),
    db_extra_search_path: apiSchemas.length === 0 ? "" : "extensions",
    max_rows: apiMaxRows,
  };
}

/**
 * Supabase Auth, hardened. Leaked-password protection needs the Pro plan, which point-in-time recovery
 * needs as well. The limit on e-mails is not set: the API refuses it without an SMTP server of one's own.
 */
function auth({ siteUrl, signup }: ProjectSettingsArgs) {
  return {
    site_url: siteUrl,
    uri_allow_list: "",
    disable_signup: !signup,
    external_anonymous_users_enabled: false,
    external_phone_enabled: false,
    security_manual_linking_enabled: false,

    // A new address is confirmed before it signs in, and a change of address from both sides.
    mailer_autoconfirm: false,
    mailer_allow_unverified_email_sign_ins: false,
    mailer_secure_email_change_enabled: true,
    mailer_otp_length: 8,
    mailer_otp_exp: 3600,
    mailer_notifications_password_changed_enabled: true,
    mailer_notifications_email_changed_enabled: true,
    mailer_notifications_mfa_factor_unenrolled_enabled: true,

    // NIST SP 800-63B-4, 3.1.1.2: length and a check against leaked passwords, no rules of composition.
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

    // From one address: verifications, one-time passwords and refreshes in 5 minutes, sign-ins by wallet too.
    rate_limit_verify: 30,
    rate_limit_otp: 30,
    rate_limit_token_refresh: 150,
    rate_limit_web3: 30,
    // In an hour, should anonymous sign-in ever be turned on.
    rate_limit_anonymous_users: 30,
  };
}
