import { type CatalogueEntry, settingsCatalogue } from "./catalogue.ts";
import { deliveryModel } from "./delivery.ts";
import { platformModel } from "./settings.ts";

/** The settings that a page describes; none for a page that is not of a model here. */
export function catalogueOf(reference: string): readonly CatalogueEntry[] {
  const model = [platformModel, deliveryModel].find((each) => each.reference === reference);
  return model === undefined ? [] : settingsCatalogue(model.schema);
}
