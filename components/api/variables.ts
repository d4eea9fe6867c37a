import * as pulumi from "@pulumi/pulumi";
import { EnvGroup, EnvGroupLink } from "@pulumi/render";
import { vendorName } from "../../config/naming.ts";
import type { ApiArgs, ApiScope } from "./args.ts";

/** Puts the variables into one group and links it to the service. */
export function linkVariables(
  scope: ApiScope,
  args: Pick<ApiArgs, "stage" | "project" | "variables">,
  to: { environmentId: pulumi.Output<string>; serviceId: pulumi.Output<string> },
): void {
  const group = new EnvGroup(
    ...scope.child("variables", {
      name: vendorName(args.project, args.stage, "api"),
      environmentId: to.environmentId,
      envVars: Object.fromEntries(
        args.variables.map(({ name, value, secret }) => [
          name,
          { value: secret ? pulumi.secret(value) : value },
        ]),
      ),
    }),
  );
  new EnvGroupLink(...scope.child("variablesLink", { envGroupId: group.id, serviceIds: [to.serviceId] }));
}
