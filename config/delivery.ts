import * as z from "zod";
import type { SettingsModel } from "./model.ts";
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
      description: "What the policies ask of the stack: the items of delivery. Set here, never guessed.",
    }),
    backend: backendSchema.default("pulumi-cloud").meta({
      description:
        "What keeps the platform's state: Pulumi Cloud, or a file or bucket of your own, where the workflows alone enforce the pack.",
      checklist: ["1.4", "1.5"],
    }),
    repository: repositorySchema,
    environments: environmentsSchema,
    pulumiCloud: pulumiCloudSchema.optional(),
    waivers: z.unknown().optional().meta({
      description:
        "Violations that are accepted for a time. The policies read and judge them: see policies/README.md.",
      expected: "a list of waivers",
    }),
  })
  .superRefine(
    ({ backend, pulumiCloud }, context) => {
      const isCloud = backend === "pulumi-cloud";
      if (isCloud === (pulumiCloud !== undefined)) return;
      const message = isCloud
        ? "the settings of Pulumi Cloud, which is the backend"
        : "nothing, since the backend is self-managed";
      context.addIssue({ code: "custom", path: ["pulumiCloud"], message, input: pulumiCloud });
    },
    { when: ({ value }) => wellFormedBackend.safeParse(value).success },
  );

export const deliveryModel: SettingsModel<typeof deliverySchema> = {
  schema: deliverySchema,
  reference: "docs/delivery-settings.md",
};

/** Settings of the delivery, every default filled in. */
export type DeliverySettings = z.infer<typeof deliverySchema>;
