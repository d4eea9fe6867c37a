import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { status } from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, describe, expect, it } from "vitest";
import { Caller } from "../../preview/engine/caller.ts";
import { Doorway } from "../../preview/engine/doorway.ts";

const folder = mkdtempSync(join(tmpdir(), "doorway-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("a doorway", () => {
  it("hands on who came before anybody served there, with what was said meanwhile", async () => {
    const doorway = await Doorway.open(join(folder, "early"));
    const guest = net.connect(doorway.path);
    await once(guest, "connect");
    guest.end("waited");
    const { promise, resolve } = Promise.withResolvers<net.Socket>();
    // The connection is there, whether the doorway has seen it yet or not.
    doorway.leadTo(resolve);
    expect(await text(await promise)).toBe("waited");
    doorway.close();
  });

  it("closes with those that nobody served", async () => {
    const doorway = await Doorway.open(join(folder, "unserved"));
    const guest = net.connect(doorway.path).resume();
    guest.on("error", () => undefined);
    await once(guest, "connect");
    doorway.close();
    await once(guest, "close");
  });
});

describe("a call of a guest that is gone already", () => {
  const { getAnalyzerInfo } = analyzerRpc.AnalyzerService;
  const unavailable = { name: "CallError", code: status.UNAVAILABLE };

  it("is refused where its connection has ended", async () => {
    const connection = new PassThrough({ autoDestroy: false });
    connection.resume().end();
    await once(connection, "end");
    const call = new Caller(connection).call(getAnalyzerInfo, new emptyPb.Empty());
    await expect(call).rejects.toMatchObject(unavailable);
  });

  it("is refused where its connection is destroyed", async () => {
    const call = new Caller(new PassThrough().destroy()).call(getAnalyzerInfo, new emptyPb.Empty());
    await expect(call).rejects.toMatchObject(unavailable);
  });
});
