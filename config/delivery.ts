import * as z from "zod";
import { text, waiverDaysSchema } from "./kinds.ts";
import type { SettingsModel } from "./model.ts";
import { deliveryPlansSchema } from "./plans.ts";
import { pulumiCloudSchema } from "./pulumi-cloud.ts";
import { environmentsSchema, repositorySchema } from "./repository.ts";

const backendSchema = z.enum(["pulumi-cloud", "self-managed"]);
const wellFormedBackend = z.looseObject({ backend: backendSchema });

/**
 * The settings of the program in `delivery/`, which declares the repository and what deploys the platform.
 * As for the platform, what is well formed but against the checklist is left to the policies.
 */
export const deliverySchema = z
  .strictObject({
    scope: z.enum(["delivery"]).meta({
      description:
        "Which items the policies require of the stack: those of the delivery. It is set here and never inferred.",
    }),
    backend: backendSchema.default("pulumi-cloud").meta({
      description:
        "Where the platform's state is kept: Pulumi Cloud, or your own file or bucket, with which only the workflows enforce the pack.",
      checklist: ["1.4", "1.5"],
    }),
    backendUrl: text(
      "the URL of a backend without credentials, such as s3://bucket?region=eu-central-1",
      300,
      /^(?:s3|gs|azblob|file):\/\/[^\s@]+$/,
    )
      .optional()
      .meta({ description: "URL of a self-managed backend, for the workflows that deploy." }),
    plans: deliveryPlansSchema,
    repository: repositorySchema,
    environments: environmentsSchema,
    pulumiCloud: pulumiCloudSchema.optional(),
    evidenceStore: text(
      "s3: or s3://BUCKET/PREFIX",
      300,
      /^s3:(?:\/\/[a-z0-9][a-z0-9.-]{1,62}(?:\/[\w./-]{0,200})?)?$/,
    )
      .optional()
      .meta({
        description:
          "Bucket in which the workflows keep evidence: `s3:` is that of the backups. Without it they read and write the folder records/ of the checkout.",
      }),
    waiverDays: waiverDaysSchema,
    waivers: z.unknown().optional().meta({
      description:
        "Violations that are accepted for a limited time. The policies evaluate them: see policies/README.md.",
      expected: "a list of waivers",
    }),
  })
  .superRefine(
    ({ backend, backendUrl, pulumiCloud }, context) => {
      const isCloud = backend === "pulumi-cloud";
      const refuse = (key: string, message: string, input: unknown) =>
        context.addIssue({ code: "custom", path: [key], message, input });
      if (isCloud && pulumiCloud === undefined) {
        refuse("pulumiCloud", "the settings of Pulumi Cloud, because it is the backend", pulumiCloud);
      }
      if (!isCloud && pulumiCloud !== undefined) {
        refuse("pulumiCloud", "nothing, because the backend is self-managed", pulumiCloud);
      }
      if (isCloud && backendUrl !== undefined) {
        refuse("backendUrl", "nothing, because the backend is Pulumi Cloud", backendUrl);
      }
    },
    { when: ({ value }) => wellFormedBackend.safeParse(value).success },
  );

export const deliveryModel: SettingsModel<typeof deliverySchema> = {
  schema: deliverySchema,
  reference: "docs/delivery-settings.md",
};

/** Settings of the delivery, every default filled in. */
export type DeliverySettings = z.infer<typeof deliverySchema>;
