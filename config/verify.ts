import * as z from "zod";
import { decimal, distinct, ipAddress, line, text, whole } from "./kinds.ts";

const header = z.record(
  text("a header's name", 60, /^[A-Za-z0-9-]+$/),
  text("a header's value on one line", 500, /^[\x20-\x7e]*$/),
);

const path = text("a path with its query, such as /prices", 500, /^\/[\x21-\x7e]*$/);

const journeyRequest = z.strictObject({
  host: z.enum(["web", "api"]).default("web").meta({ description: "Which host of `domains`." }),
  method: z.enum(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]).default("GET").meta({
    description: "One that writes is sent only with `--allow-writes`, but for a login at `api.loginPath`.",
  }),
  path,
  headers: header.default({}),
  body: z.string().max(10_000).optional().meta({
    description:
      "Sent as JSON unless the headers say otherwise. `{VERIFY_USER}` and `{VERIFY_PASSWORD}` stand for the test account.",
  }),
  expect: z
    .strictObject({
      status: whole(100, 599).default(200),
      contains: z.string().max(500).optional().meta({ description: "Text that the answer must have." }),
      withinMs: whole(1, 60_000).optional().meta({ description: "Default: `objectives.p99Ms`." }),
    })
    .prefault({}),
});

/** One step of a person in a browser, who finds everything by the names that a screen reader reads. */
const journeyStep = z.union([
  z.strictObject({ open: path, host: z.enum(["web", "api"]).default("web") }),
  z.strictObject({ fill: line, with: line }),
  z.strictObject({ press: line }),
  z.strictObject({ see: line }),
]);

const journey = z
  .strictObject({
    name: line,
    requests: z.array(journeyRequest).min(1).max(50).optional(),
    steps: z.array(journeyStep).min(1).max(50).optional(),
    budget: z
      .strictObject({
        paintMs: whole(1, 60_000).default(2500),
        layoutShift: decimal(0, 10).default(0.1),
      })
      .prefault({}),
  })
  .refine(({ requests, steps }) => requests !== undefined || steps !== undefined, {
    error: "must have requests, steps in a browser, or both",
  });

/** What `optropic verify` needs besides what the stack declares. */
export const verifySchema = z
  .strictObject({
    resolvers: z
      .array(ipAddress)
      .max(10)
      .default([])
      .meta({
        description:
          "Addresses of DNS resolvers that pass signatures on (RFC 4035). By default those of the machine that runs `optropic verify`.",
        checklist: ["7.7"],
      }),
    observatoryScore: whole(0, 145)
      .default(100)
      .meta({
        description:
          "Least score of the web host by the scoring of Mozilla's HTTP Observatory; 100 is an A+.",
        checklist: ["4.5"],
      }),
    rowMatrix: text(
      "a file of the repository that ends in .json",
      200,
      (value) => /^[\w-][\w./-]*\.json$/.test(value) && !value.includes(".."),
    )
      .default("rls-matrix.json")
      .meta({
        description:
          "File of the repository that records who reaches which rows of the database. A drill compares the restored copy with it, and `optropic matrix` writes it.",
        checklist: ["3.7"],
      }),
    pagingContactPoints: distinct(line, 20, (name) => name)
      .default([])
      .meta({
        description:
          "Contact points of Grafana that page whoever is on call and may get a test notification anyway, by their names. All others are tested with `--allow-writes`.",
        checklist: ["S6.6"],
      }),
    journeys: distinct(journey, 20, ({ name }) => name)
      .default([])
      .meta({
        description:
          "Critical paths of users: requests that are sent one after the other, cookies kept, with what each must answer; or steps in a browser.",
        checklist: ["S2.5", "S5.1"],
        expected: "a list of journeys, each with a name and requests or steps",
      }),
  })
  .prefault({})
  .meta({ description: "What `optropic verify` needs besides what the stack declares." });
