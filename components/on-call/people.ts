import { getUserOutput } from "@pulumi/pagerduty/getUser.js";
import { User } from "@pulumi/pagerduty/user.js";
import type { Output } from "@pulumi/pulumi";
import type { OnCallArgs, OnCallScope } from "./args.ts";

/** Ids of the people, in the order of the settings. */
export function findPeople(scope: OnCallScope, { onCall }: OnCallArgs): Output<string>[] {
  return onCall.people.map(({ name, email }) => {
    if (!onCall.invite) return getUserOutput({ email }, scope.options).id;
    const user = new User(
      ...scope.named("user", email.replace(/@.*/, ""), {
        name,
        email,
        timeZone: onCall.timeZone,
        // May take and resolve incidents, but not change the configuration.
        role: "limited_user",
        description: "Declared by the stack.",
      }),
    );
    return user.id;
  });
}
