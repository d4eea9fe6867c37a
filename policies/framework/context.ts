import type { Waivers } from "../../checklist/waivers.ts";
import type { ManagedComponent } from "../../config/manage.ts";
import type { StatedPlans } from "../../config/plans.ts";
import type { Declared } from "./declared.ts";

/** What a stack's settings say to the pack. */
export interface Context {
  /** With any stage but staging the pack is strict. */
  readonly stage: "production" | "staging";
  /** What is asked of the stack: the platform's items, those of its delivery, or both. */
  readonly scope: "platform" | "delivery" | "all";
  /** What keeps the state of the platform: with a backend other than Pulumi Cloud, nothing there is asked. */
  readonly backend: "pulumi-cloud" | "self-managed";
  readonly waivers: Waivers;
  /** What the settings say of the resources, where these cannot tell it. */
  readonly declared?: Declared;
  /** The plans that the accounts have, as the setting `plans` states them. */
  readonly plans: StatedPlans;
  /** Components that the stack leaves to somebody else: what is about them is judged elsewhere. Default: none. */
  readonly unmanaged?: ReadonlySet<ManagedComponent>;
  /** When the stack is judged, in milliseconds since 1970. */
  readonly now: number;
  /** Whether a text came to the deployment from outside the program: from its settings or environment. */
  readonly isSupplied: (text: string) => boolean;
  /** Whether any text of the settings has that form. */
  readonly isConfigured: (form: RegExp) => boolean;
}
