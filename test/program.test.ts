import { describe, expect, it } from "vitest";
import type { PreviewDocument } from "../preview/index.ts";
import { runHere } from "./cli/here.ts";
import { judge, refusing } from "./recording/judge.ts";
import type { RecordedResource } from "./recording/record.ts";
import { previewed, previewedProduction, recordedStacks } from "./recording/recorded.ts";
import { recordPlatform } from "./recording/stacks.ts";

// The program with its own policy pack, by the real command, as a person and CI run it; and recorded, where that
// tells as much, since it costs a tenth.

describe("the shipped stacks", () => {
  it("holds in production", async () => {
    const document = await previewedProduction();
    expect(mandatory(document)).toEqual([]);
    expect(document.summary.advisory).toBe(0);
    for (const item of ["2.4", "3.3", "4.1", "5.1", "5.9", "7.4", "7V.2", "7R.5", "S6.4", "A.1", "C.8"]) {
      expect(passed(document), item).toContain(item);
    }
    for (const item of ["8.1", "8.2", "8.3", "8.6", "8.7"]) expect(passed(document), item).toContain(item);
  });

  it("holds with backups at another store that speaks S3", async () => {
    const { resources, context } = await recordPlatform("production", ...onS3);
    const judgments = judge(resources, context);
    expect(refusing(judgments)).toEqual([]);
    const items = judgments.filter(({ status }) => status === "passed").flatMap(({ policy }) => policy.items);
    for (const item of ["3.2", "8.1", "8.2", "8.3"]) expect(items, item).toContain(item);
    expect(resources.filter(({ type }) => /r2Bucket|accountToken/.test(type))).toEqual([]);
  });

  it("holds in staging, where what only production needs is advice", async () => {
    const { document } = await previewed("staging");
    expect(mandatory(document)).toEqual([]);
    expect(document.stack).toBe("staging");
  });

  it("shares no name at a vendor between the stages", async () => {
    const { production, staging } = await recordedStacks();
    const names = (resources: readonly RecordedResource[]): unknown[] =>
      resources
        .filter(({ type }) => /(zone:Zone|project:Project|webService|envGroup|cronJob|r2Bucket):?/.test(type))
        .map(({ inputs }) => inputs.name)
        .filter((name) => typeof name === "string");
    expect(names(production).length).toBeGreaterThan(6);
    expect(names(production).filter((name) => names(staging).includes(name))).toEqual([]);
  });

  it("protects what holds data and what secrets are made of", async () => {
    const document = await previewedProduction();
    const unprotected = document.resources.filter(
      ({ type, protect }) =>
        /(RandomPassword|supabase:index\/project|zone:Zone|r2Bucket:)/.test(type) && !protect,
    );
    expect(unprotected.map(({ urn }) => urn)).toEqual([]);
  });
});

const onS3 = ["backups.provider=s3", 'backups.s3={"endpoint":"https://s3.example.com"}'];

describe("a setting that is malformed", () => {
  it("is refused before any resource is declared, every problem at once", async () => {
    const { status, stdout, stderr } = await runHere([
      "preview",
      ...["--config", "edge.minTlsVersion=9", "--config", "databse={}", "--config", "api.scaling.min=many"],
    ]);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("edge.minTlsVersion");
    expect(stderr).toContain("api.scaling.min");
    expect(stderr).toMatch(/databse.*database/s);
  });
});

function mandatory(document: PreviewDocument): PreviewDocument["policies"] {
  return document.policies.filter(
    ({ status, enforcement }) => status === "violated" && enforcement === "mandatory",
  );
}

function passed(document: PreviewDocument): string[] {
  return document.policies.filter(({ status }) => status === "passed").flatMap(({ items }) => items);
}
