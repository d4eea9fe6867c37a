import type { EscalationPolicy } from "@pulumi/pagerduty/escalationPolicy.js";
import { Service } from "@pulumi/pagerduty/service.js";
import { ServiceIntegration } from "@pulumi/pagerduty/serviceIntegration.js";
import * as pulumi from "@pulumi/pulumi";
import { vendorName } from "../../config/naming.ts";
import type { OnCallArgs, OnCallScope } from "./args.ts";

/** The service whose incidents follow the escalation policy. */
export function createService(
  scope: OnCallScope,
  { stage, project }: OnCallArgs,
  escalation: EscalationPolicy,
): Service {
  return new Service(
    ...scope.child("service", {
      name: vendorName(project, stage, "platform"),
      description: "The platform: web application, API, database and edge.",
      escalationPolicy: escalation.id,
      // The Events API v2 needs alerts, which it resolves automatically.
      alertCreation: "create_alerts_and_incidents",
      // Only critical alerts are sent here, so all of them follow the escalation.
      incidentUrgencyRule: { type: "constant", urgency: "high" },
      // Seconds: an acknowledged incident that is still open after half an hour is triggered again.
      acknowledgementTimeout: "1800",
      // "null" means never: an incident stays open until its alert or a person resolves it.
      autoResolveTimeout: "null",
    }),
  );
}

/** A key of the service for one sender, which can be revoked without affecting the other sender. Secret. */
export function integrate(scope: OnCallScope, service: Service, sender: string): pulumi.Output<string> {
  const integration = new ServiceIntegration(
    ...scope.named(
      "integration",
      sender.toLowerCase(),
      { name: sender, service: service.id, type: "events_api_v2_inbound_integration" },
      { additionalSecretOutputs: ["integrationKey"] },
    ),
  );
  return pulumi.secret(integration.integrationKey);
}
