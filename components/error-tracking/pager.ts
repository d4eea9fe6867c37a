import * as pulumi from "@pulumi/pulumi";
import { IntegrationPagerduty, type PagerdutyAction } from "@pulumi/sentry";
import type { ErrorTrackingArgs, ErrorTrackingScope } from "./args.ts";

/** The on-call service, as an alert names it in order to page. */
export type PagerTarget = Pick<PagerdutyAction, "integrationId" | "serviceId" | "serviceName">;

/** Adds the on-call service to the organization's PagerDuty integration, where there is one. */
export function connectPager(
  scope: ErrorTrackingScope,
  { errorTracking, onCall }: Pick<ErrorTrackingArgs, "errorTracking" | "onCall">,
): PagerTarget | undefined {
  const { organization, pagerDutyIntegration: integrationId } = errorTracking;
  if (integrationId === undefined || onCall === undefined) return undefined;
  const connected = new IntegrationPagerduty(
    ...scope.child("pager", {
      organization,
      integrationId,
      service: onCall.name,
      integrationKey: pulumi.secret(onCall.integrationKey),
    }),
  );
  return { integrationId, serviceId: connected.id, serviceName: onCall.name };
}
