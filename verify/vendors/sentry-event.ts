import { randomUUID } from "node:crypto";
import { VendorProblem } from "../../vendors/problem.ts";
import { sendEvent } from "../../vendors/sentry-ingest.ts";
import type { Context } from "../context.ts";
import { compare, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { accessOf, unknownOf } from "./question.ts";
import { projectSlug, sentryOf } from "./sentry.ts";

/** Milliseconds between two looks for the event, and how many there are. */
const pauseMs = 2000;
const looks = 20;

export const eventFound = probe({
  name: "sentry-event-found",
  items: ["5.3"],
  title: "An event that is sent to Sentry must be found there again; its issue is deleted afterwards.",
  needs: ["vendor:sentry", "writes"],
  settings: ["errorTracking.organization"],
  limitMs: 90_000,
  measure: async (context) => {
    const { sentryDsn } = context.outputs;
    if (sentryDsn === undefined) throw new Unknown("no-credential", "The stack has no output sentryDsn");
    const { environment: _, ...access } = accessOf(context);
    const id = randomUUID().replaceAll("-", "");
    const message = `Test of optropic verify ${id}`;
    try {
      const event = { id, message, environment: context.settings.stage, level: "error" } as const;
      await sendEvent(sentryDsn, event, access);
      const found = await findEvent(context, id);
      const checks = [
        compare(`event ${id}`, {
          expected: "found",
          measured: found === undefined ? `not found in ${(pauseMs * looks) / 1000} s` : "found",
          holds: found !== undefined,
          setting: "errorTracking.organization",
        }),
      ];
      const group = found?.groupID;
      if (group === undefined || group === null) return checks;
      return [...checks, await cleanedUp(context, group)];
    } catch (error) {
      throw unknownOf(error);
    }
  },
});

/** The vendor stores an event some seconds after it has taken it. */
async function findEvent(context: Context, id: string) {
  const client = sentryOf(context, accessOf(context));
  for (let look = 0; look < looks; look += 1) {
    try {
      return await client.event(projectSlug(context.settings), id);
    } catch (error) {
      if (!(error instanceof VendorProblem) || error.reason !== "not-found") throw error;
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
  return undefined;
}

/** That the issue stays behind is told, and says nothing against the item. */
async function cleanedUp(context: Context, group: string) {
  const subject = `issue ${group} of that event`;
  try {
    await sentryOf(context, accessOf(context)).deleteIssue(group);
    return compare(subject, { expected: "deleted", measured: "deleted", holds: true });
  } catch (error) {
    if (!(error instanceof VendorProblem)) throw error;
    return compare(subject, {
      expected: "deleted",
      measured: `left behind; delete it by hand (${error.message})`,
      holds: true,
    });
  }
}
