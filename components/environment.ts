import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/settings.ts";

/** One variable of the application's environment, the same on every host. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: pulumi.Input<string>;
  /** Whether the host must hide the value after it is set. */
  readonly secret: boolean;
  /** Why the variable exists and its item; at most 260 characters. */
  readonly comment: string;
}

export interface EnvironmentArgs {
  /** Connection string of the application, through the pooler. */
  databaseUrl: pulumi.Input<string>;
  /** Connection string of the migrations, past the pooler's transactions. */
  directUrl: pulumi.Input<string>;
  /** `sslmode` of every connection to the database. */
  sslMode: Settings["database"]["sslMode"];
  jwtSecret: pulumi.Input<string>;
  secretKey: pulumi.Input<string>;
  /** Bearer token of the metrics endpoint. */
  metricsToken: pulumi.Input<string>;
  /** Public URL of the application. */
  baseUrl: string;
  /** Origins that may call the API from a browser. */
  corsOrigins: readonly string[];
  /** Sentry DSN; the variable is left out where there is none. */
  sentryDsn?: pulumi.Input<string> | undefined;
}

/**
 * The variables of section 2 of the checklist and what the application needs beside them, in a fixed order.
 * Both hosts take this list, so that neither can miss a variable or have another value.
 */
export function environmentVariables(args: EnvironmentArgs): EnvironmentVariable[] {
  return [
    secret(
      "DATABASE_URL",
      args.databaseUrl,
      "The application's connection, through the pooler (items 2.3, 3.4).",
    ),
    secret("DIRECT_URL", args.directUrl, "The connection of the migrations, in session mode (item 3.6)."),
    secret("JWT_SECRET", args.jwtSecret, "Signs the tokens of the application (item 2.4)."),
    secret("SECRET_KEY", args.secretKey, "Encrypts and signs what clients keep (item 2.5)."),
    secret(
      "METRICS_TOKEN",
      args.metricsToken,
      "The bearer token that the metrics endpoint asks for (item 5.4).",
    ),
    // Staging runs the production build too: NODE_ENV says how the code was built, not where it runs.
    plain("NODE_ENV", "production", "The production build of the code and its libraries (item 2.6)."),
    plain("BASE_URL", args.baseUrl, "The URL that the application gives itself (item 2.7)."),
    ...(args.sentryDsn === undefined
      ? []
      : [
          plain(
            "SENTRY_DSN",
            args.sentryDsn,
            "Where errors are reported; it holds a public key only (item 2.8).",
          ),
        ]),
    plain("CORS_ORIGINS", args.corsOrigins.join(","), "Origins that may call the API, by commas (item 4.3)."),
    // The URLs are unknown until the database exists; this says before that whether connections use TLS.
    plain(
      "PGSSLMODE",
      args.sslMode,
      "TLS of connections whose URL does not say, as libpq reads it (item 3.5).",
    ),
    plain("LOG_FORMAT", "json", "One JSON object a line (item 5.8)."),
    plain("LOG_LEVEL", "info", "The least severe level that is logged (item 5.8)."),
  ];
}

function secret(name: string, value: pulumi.Input<string>, comment: string): EnvironmentVariable {
  return { name, value, secret: true, comment };
}

function plain(name: string, value: pulumi.Input<string>, comment: string): EnvironmentVariable {
  return { name, value, secret: false, comment };
}
