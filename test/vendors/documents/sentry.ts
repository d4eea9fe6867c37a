import * as z from "zod";
import { vendorName } from "../../../config/naming.ts";
import type { Access } from "../../../vendors/client.ts";
import { Sentry } from "../../../vendors/sentry.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, maybe, moment, text } from "./words.ts";

const application = vendorName(settings.project, settings.stage, "app");
const sentry = (access: Access) =>
  new Sentry({ organization: settings.errorTracking.organization, region: "de" }, access);

/** https://github.com/getsentry/sentry-api-schema */
export const ofSentry: Documents = {
  "/projects/{organization}/{project}/": {
    ask: (access) => sentry(access).project(application),
    shape: z.looseObject({
      id: text,
      slug: text,
      status: text,
      dataScrubber: z.boolean(),
      dataScrubberDefaults: z.boolean(),
      safeFields: z.array(text),
    }),
  },
  "/projects/{organization}/{project}/keys/": {
    ask: (access) => sentry(access).keys(application),
    shape: z.array(
      z.looseObject({
        ...{ id: text, name: text, public: maybe(text), isActive: z.boolean() },
        rateLimit: maybe(z.looseObject({ count: z.int(), window: z.int() })),
      }),
    ),
  },
  "/organizations/{organization}/workflows/": {
    ask: (access) => sentry(access).alerts(),
    shape: z.array(
      z.looseObject({ id: text, name: text, enabled: z.boolean(), detectorIds: maybe(z.array(text)) }),
    ),
  },
  "/organizations/{organization}/detectors/": {
    ask: (access) => sentry(access).monitors("4501"),
    shape: z.array(
      z.looseObject({ id: text, name: text, type: text, enabled: z.boolean(), projectId: maybe(text) }),
    ),
  },
  "/projects/{organization}/{project}/monitors/{monitor}/checkins/": {
    ask: (access) => sentry(access).checkIns(application, "backup"),
    shape: z.array(z.looseObject({ id: text, status: text, dateAdded: moment })),
  },
  "/organizations/{organization}/releases/": {
    ask: (access) => sentry(access).releases("4501", ""),
    shape: z.array(
      z.looseObject({
        version: text,
        dateCreated: either(maybe(moment)),
        dateReleased: either(maybe(moment)),
      }),
    ),
  },
};
