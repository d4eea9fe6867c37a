import { policy, violation } from "./framework/index.ts";

export const waiversValid = policy({
  name: "waivers-valid",
  items: [],
  scope: "any",
  title:
    "Every waiver must be well formed, name a policy of this pack, a reason and an approver of the organization, and end within 90 days.",
  severity: "high",
  fix: "Correct, renew or remove the waiver in the setting waivers, and fix what it was for.",
  check: (_stack, _threshold, { waivers }) =>
    waivers.problems.map(({ found, setting }) => violation({ found, setting })),
});
