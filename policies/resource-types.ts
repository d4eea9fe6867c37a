import { policy } from "./framework/index.ts";
import { judgeUnread } from "./model/unread.ts";

// What no other policy reads may undo what they have proved.

export const resourceTypesJudged = policy({
  name: "resource-types-judged",
  items: ["2.9", "4.2", "4.4", "4.7", "5.1", "5.4", "5.6", "5.7", "7.6", "7.7"],
  title: "Every resource must be of a type that the pack reads, or that cannot weaken an item.",
  severity: "high",
  fix: "Remove the resource, declare the same by a type that docs/resource-types.md lists, or waive this policy for the resource.",
  check: (stack) => judgeUnread(stack),
});
