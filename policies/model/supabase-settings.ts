// What the pack reads of the JSON documents in the settings of a project at Supabase, as its Management API has them.

/** `PATCH /v1/projects/{ref}/config/auth` */
export interface AuthSettings {
  site_url?: string;
  /** URLs, separated by commas. */
  uri_allow_list?: string;
  external_email_enabled?: boolean;
  mailer_autoconfirm?: boolean;
  mailer_allow_unverified_email_sign_ins?: boolean;
  mailer_otp_exp?: number;
  jwt_exp?: number;
  refresh_token_rotation_enabled?: boolean;
  password_min_length?: number;
  password_hibp_enabled?: boolean;
  sessions_timebox?: number;
  sessions_inactivity_timeout?: number;
  sessions_single_per_user?: boolean;
  rate_limit_token_refresh?: number;
  rate_limit_email_sent?: number;
  rate_limit_sms_sent?: number;
  rate_limit_otp?: number;
  rate_limit_verify?: number;
  rate_limit_anonymous_users?: number;
  rate_limit_web3?: number;
}

/** `PATCH /v1/projects/{ref}/postgrest` */
export interface DataApiSettings {
  /** Schemas, separated by commas. */
  db_schema?: string;
}

/** `PUT /v1/projects/{ref}/config/database/postgres` */
export interface DatabaseSettings {
  max_connections?: number;
}

/** `POST /v1/projects/{ref}/network-restrictions/apply` */
export interface NetworkSettings {
  restrictions?: string[];
}
