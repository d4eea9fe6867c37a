import { expect, test } from "vitest";
import { acceptedSentences, divideAccepted, unusedNotes } from "../../../operations/archive/accepted.ts";

const accepted = [
  { name: "view public.report", reason: "made again every night" },
  { name: "function pg_catalog.helper(integer)", reason: "the vendor makes it" },
  { name: "public.t", reason: "rebuilt" },
];

test("differences are accepted by the exact name of their object, and counted apart", () => {
  const { counted, accepted: found } = divideAccepted(
    [
      "view public.report is missing.",
      "view public.report_all is missing.",
      "view public.report two is missing.",
      "The function pg_catalog.helper(integer) was not restored: no.",
      "public.t has 1 row instead of 2.",
      "Row-level security of public.t is disabled instead of enabled.",
    ],
    accepted,
  );
  expect(counted).toEqual([
    "view public.report_all is missing.",
    "view public.report two is missing.",
    "Row-level security of public.t is disabled instead of enabled.",
  ]);
  expect(acceptedSentences(found)).toEqual([
    "Accepted: view public.report is missing. (made again every night)",
    "Accepted: The function pg_catalog.helper(integer) was not restored: no. (the vendor makes it)",
    "Accepted: public.t has 1 row instead of 2. (rebuilt)",
  ]);
});

test("an entry that nothing needed is named", () => {
  const { accepted: found } = divideAccepted(["view public.report has a different definition."], accepted);
  expect(unusedNotes(accepted.slice(0, 2), found)).toEqual([
    "backups.drill.accept names function pg_catalog.helper(integer), which does not differ: remove it.",
  ]);
});
