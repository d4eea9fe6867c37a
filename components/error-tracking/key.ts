import * as pulumi from "@pulumi/pulumi";
import { Key, type Project } from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs, ErrorTrackingScope } from "./args.ts";

/** Creates the key of both hosts with its rate limit, and returns its DSN. */
export function createKey(
  scope: ErrorTrackingScope,
  { stage, project: { name }, errorTracking }: Pick<ErrorTrackingArgs, "stage" | "project" | "errorTracking">,
  project: Project,
): { dsn: pulumi.Output<string> } {
  const { organization, keyRateLimit } = errorTracking;
  const key = new Key(
    ...scope.child("key", {
      organization,
      project: project.id,
      name: vendorName({ name }, stage, "hosts"),
      rateLimitCount: keyRateLimit.count,
      rateLimitWindow: keyRateLimit.windowSeconds,
    }),
  );
  // All DSNs of a key are one secret output, but the public one is in every page that reports an error.
  return { dsn: pulumi.unsecret(key.dsn.apply(publicDsn)) };
}

function publicDsn(dsns: Readonly<Record<string, string>>): string {
  const dsn = dsns.public;
  if (dsn !== undefined && URL.canParse(dsn)) return dsn;
  throw new pulumi.RunError(
    "The key at Sentry has no public DSN. Check the project's client keys in Sentry, then run the update again.",
  );
}
