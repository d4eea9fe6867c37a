import type { ItemId } from "../checklist/items.ts";
import type { VendorName } from "./plans.ts";

/** Something that a stack may declare and not every plan of the vendor includes. */
export interface PlanFeature {
  readonly vendor: VendorName;
  /** What is declared, as a noun phrase. */
  readonly title: string;
  /** Id of the smallest plan that includes it. */
  readonly needs: string;
  /** Items of the checklist that the feature serves. */
  readonly items: readonly ItemId[];
  /** Whether the production stack in this repository declares it. */
  readonly shipped: boolean;
  /** Page of the vendor. */
  readonly source: string;
  /** Set where no copy of that page could be read that says so. */
  readonly unconfirmed?: true;
}
