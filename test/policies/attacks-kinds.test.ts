import { beforeAll, describe, expect, test } from "vitest";
import { nothingDeclared } from "../../policies/framework/declared.ts";
import { cloudflare } from "../../policies/model/tokens.ts";
import { add, inZone, objecting, set } from "../recording/edited.ts";
import { judge } from "../recording/judge.ts";
import { type RecordedStack, recordDelivery, recordPlatform } from "../recording/stacks.ts";
import { otherAnswers, ownAnswers } from "./answer-edits.ts";
import { brokenBesides, rightBesides } from "./beside-edits.ts";
import { foundOnTheWay, lostOnTheWay, mailAtOrigin } from "./following-edits.ts";
import { brokenFronts, rightFronts } from "./front-edits.ts";
import { brokenDeliveries, brokenPlatforms, rightDeliveries, rightPlatforms } from "./kinds-edits.ts";
import { provedDeliveries, provedPlatforms, unprovedDeliveries, unprovedPlatforms } from "./proof-edits.ts";
import {
  reachedDeliveries,
  reachedPlatforms,
  unreachedDatabases,
  unreachedDeliveries,
  unreachedHosts,
  unreachedPlatforms,
  unseenFailures,
} from "./reach-edits.ts";
import { ownSecrets, referredDocuments, sharedSecrets, writtenDocuments } from "./secret-edits.ts";
import {
  misplaced,
  ownOrigins,
  placed,
  readDeliveries,
  readFronts,
  readPlatforms,
  unreadDeliveries,
  unreadFronts,
  unreadPlatforms,
} from "./unread-edits.ts";
import { nearlyUsual, usual } from "./usual-edits.ts";
import { unwatchedPlatforms, watchedPlatforms } from "./watching-edits.ts";

let platform: RecordedStack;
let delivery: RecordedStack;

beforeAll(async () => {
  platform = await recordPlatform();
  delivery = await recordDelivery();
}, 60_000);

describe("what breaks an item is refused", () => {
  test.each([
    ...brokenPlatforms,
    ...unreachedPlatforms,
    ...unreachedHosts,
    ...unreachedDatabases,
    ...unseenFailures,
    ...unprovedPlatforms,
    ...unreadPlatforms,
    ...unreadFronts,
    ...misplaced,
    ...brokenBesides,
    ...brokenFronts,
    ...sharedSecrets,
    ...unwatchedPlatforms,
    ...nearlyUsual,
    ...lostOnTheWay,
    ...otherAnswers,
  ])("%s objects where %s", (policy, _what, edit) => {
    expect(objecting(edit(platform), policy)).toEqual([policy]);
  });

  test("what is wrong with a pool and its role is mended by their own settings", () => {
    const larger = set("database-pooler", () => ({ defaultPoolSize: 40 }))(platform);
    const [found] = judge(larger.resources, larger.context)
      .filter(({ policy }) => policy.name === "database-roles-connect")
      .flatMap(({ violations }) => violations);
    expect(found).toMatchObject({
      found:
        "The pooler opens up to 40 connections as database-application-role, of which the server takes 30.",
      fix: expect.stringMatching(/connectionLimit of database-application-role to 40 or more/),
    });
  });

  test("where mail goes says nothing of what is behind the CDN", () => {
    expect(objecting(mailAtOrigin(platform), "cdn-enabled")).toEqual([]);
  });

  test.each([
    ...brokenDeliveries,
    ...unreachedDeliveries,
    ...unprovedDeliveries,
    ...unreadDeliveries,
    ...writtenDocuments,
  ])("%s objects where %s", (policy, _what, edit) => {
    expect(objecting(edit(delivery), policy)).toEqual([policy]);
  });
});

describe("what looks like it and is right is accepted", () => {
  test.each([
    ...rightPlatforms,
    ...reachedPlatforms,
    ...provedPlatforms,
    ...readPlatforms,
    ...readFronts,
    ...placed,
    ...rightBesides,
    ...rightFronts,
    ...ownSecrets,
    ...watchedPlatforms,
    ...usual,
    ...foundOnTheWay,
    ...ownAnswers,
  ])("%s", (_what, edit) => {
    expect(objecting(edit(platform))).toEqual([]);
  });

  test("secrets that are in use stay, as encrypted settings", async () => {
    const kept = { length: 64, rotation: "2026-11", protect: true, existing: ["jwtSecret", "secretKey"] };
    expect(objecting(await recordPlatform("production", `optropic:secrets=${JSON.stringify(kept)}`))).toEqual(
      [],
    );
  });

  test("rows may be hidden from who backs up where no API serves tables", () => {
    const hidden = set("database-backup-role", () => ({ bypassRowLevelSecurity: false }))(platform);
    const resources = hidden.resources.filter(({ name }) => name !== "database-settings");
    expect(objecting({ ...hidden, resources }, "database-roles-connect")).toEqual([]);
  });

  test("a Worker passes requests on, as a setting says", () => {
    const route = add(
      cloudflare.workersRoute,
      "request-id",
      { pattern: "api.optropic.example/api/*", script: "request-id" },
      inZone,
    )(platform);
    const roles = new Map([["request-id", "proxy" as const]]);
    const stated = { ...route, context: { ...route.context, declared: { ...nothingDeclared, roles } } };
    expect(objecting(route, "traffic-reaches-host")).toEqual(["traffic-reaches-host"]);
    expect(objecting(stated, "traffic-reaches-host")).toEqual([]);
    const answered = add(cloudflare.workersDomain, "answers", {
      hostname: "api.optropic.example",
      service: "request-id",
    })(stated);
    expect(objecting(answered, "traffic-reaches-host")).toEqual(["traffic-reaches-host"]);
  });

  test("a pattern of the platform's own origins", () => {
    expect(objecting(ownOrigins(platform), "cors-header-restricted")).toEqual([]);
  });

  test.each([
    ...rightDeliveries,
    ...reachedDeliveries,
    ...provedDeliveries,
    ...readDeliveries,
    ...referredDocuments,
  ])("%s", (_what, edit) => {
    expect(objecting(edit(delivery))).toEqual([]);
  });
});
