import * as pulumi from "@pulumi/pulumi";
import { Key, type Project } from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs } from "../error-tracking.ts";
import type { ErrorTrackingScope } from "./scope.ts";

/** The key of both hosts, with its rate limit, and its DSN. */
export function createKey(
  { name, organization, options }: ErrorTrackingScope,
  args: Pick<ErrorTrackingArgs, "stage" | "project" | "errorTracking">,
  project: Project,
): { dsn: pulumi.Output<string> } {
  const { count, windowSeconds } = args.errorTracking.keyRateLimit;
  const key = new Key(
    `${name}-key`,
    {
      organization,
      project: project.id,
      name: vendorName(args.project, args.stage, "hosts"),
      rateLimitCount: count,
      rateLimitWindow: windowSeconds,
    },
    options,
  );
  // All DSNs of a key come as one secret; the public one is in every page that reports an error.
  return { dsn: pulumi.unsecret(key.dsn.apply(publicDsn)) };
}

function publicDsn(dsns: Readonly<Record<string, string>>): string {
  const dsn = dsns.public;
  if (dsn === undefined || !URL.canParse(dsn)) throw new Error("The key at Sentry has no public DSN");
  return dsn;
}
