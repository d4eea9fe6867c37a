import * as pulumi from "@pulumi/pulumi";
import { IntegrationPagerduty, type PagerdutyAction } from "@pulumi/sentry";
import type { ErrorTrackingArgs } from "../error-tracking.ts";
import type { ErrorTrackingScope } from "./scope.ts";

/** What an alert says to page: the on-call service, told to the organisation's PagerDuty integration. */
export type PagerTarget = Pick<PagerdutyAction, "integrationId" | "serviceId" | "serviceName">;

export function connectPager(
  { name, organization, options }: ErrorTrackingScope,
  { errorTracking, onCall }: Pick<ErrorTrackingArgs, "errorTracking" | "onCall">,
): PagerTarget | undefined {
  const integrationId = errorTracking.pagerDutyIntegration;
  if (integrationId === undefined || onCall === undefined) return undefined;
  const connected = new IntegrationPagerduty(
    `${name}-pager`,
    {
      organization,
      integrationId,
      service: onCall.name,
      integrationKey: pulumi.secret(onCall.integrationKey),
    },
    options,
  );
  return { integrationId, serviceId: connected.id, serviceName: onCall.name };
}
