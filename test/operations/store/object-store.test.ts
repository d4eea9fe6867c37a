import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ObjectStore } from "../../../operations/store/object-store.ts";
import { type FakeClock, fakeClock } from "../support/clock.ts";
import { startStore, type TestStore } from "../support/store.ts";

// A real store behind a gate that fails: every outage, and no waiting.

const mebibyte = 1024 * 1024;
const data = randomBytes(20 * mebibyte);

let server: TestStore;
let clock: FakeClock;
let store: ObjectStore;
let warnings: string[];
let keys = 0;
let key: string;

beforeAll(async () => {
  server = await startStore();
});

afterAll(() => server.close());

beforeEach(() => {
  server.requests.length = 0;
  server.refuse = () => undefined;
  server.stall = () => undefined;
  server.cut = () => undefined;
  clock = fakeClock();
  warnings = [];
  store = new ObjectStore(server.address, {
    keys: server.keys,
    clock,
    warn: (message) => warnings.push(message),
  });
  keys += 1;
  key = `postgres/object-${keys}`;
});

afterEach(() => {
  store.close();
  vi.unstubAllEnvs();
});

/** Uploads in chunks that no part ends with. */
function upload(signal: AbortSignal = new AbortController().signal): Promise<void> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < data.length; start += 1_000_003)
      yield data.subarray(start, start + 1_000_003);
  }
  return store.upload(key, chunks(), { expectedBytes: data.length, signal });
}

function sent(pattern: RegExp): string[] {
  return server.requests.filter((request) => pattern.test(request));
}

/** Does something at the first requests of a kind. */
function first<T>(pattern: RegExp, result: T, times = 1): (request: string) => T | undefined {
  let left = times;
  return (request) => {
    if (left === 0 || !pattern.test(request)) return undefined;
    left -= 1;
    return result;
  };
}

describe("an upload in parts", () => {
  test("survives minutes without the store, and sends again only the part that failed", async () => {
    server.refuse = first(/partNumber=2/, 503, 16);
    await upload();
    expect(server.read(key).equals(data)).toBe(true);
    expect(clock.slept).toBeGreaterThan(4 * 60_000);
    expect([sent(/partNumber=1&/).length, sent(/partNumber=2&/).length]).toEqual([1, 17]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The store failed to store .*, part 2: .* It is asked again for up to 15 minutes$/,
      ),
    ]);
  });

  test("that the store never takes fails, and leaves no part behind", async () => {
    server.refuse = (request) => (/partNumber=2/.test(request) ? 503 : undefined);
    await expect(upload()).rejects.toThrow(`The store failed to store ${key}, part 2: Refused, status 503`);
    expect(server.openUploads()).toEqual([]);
    expect(server.keysOf()).not.toContain(key);
  });

  test("is complete where the answer that said so was lost", async () => {
    server.cut = first(/^POST .*uploadId=/, "whole");
    await upload();
    expect(server.read(key).equals(data)).toBe(true);
    expect(sent(/^POST .*uploadId=/)).toHaveLength(1);
  });

  test("that is stopped throws the reason, and leaves no part behind", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    server.stall = (request) => {
      if (!/partNumber=2/.test(request)) return undefined;
      stop.abort(reason);
      return "whole";
    };
    await expect(upload(stop.signal)).rejects.toBe(reason);
    expect(server.openUploads()).toEqual([]);
  });

  test("whose source fails throws that, and leaves no part behind", async () => {
    const failure = new Error("the dump failed");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield data.subarray(0, 17 * mebibyte);
      throw failure;
    }
    const { signal } = new AbortController();
    await expect(store.upload(key, failing(), { expectedBytes: 0, signal })).rejects.toBe(failure);
    expect(server.openUploads()).toEqual([]);
  });

  test("of a part that is never answered sends it again after its time limit", async () => {
    server.stall = (request) => {
      if (!/partNumber=3/.test(request) || sent(/partNumber=3/).length > 1) return undefined;
      setImmediate(() => clock.expire());
      return "whole";
    };
    await upload();
    expect(server.read(key).equals(data)).toBe(true);
  });
});

describe("a list", () => {
  const names = ["a", "b", "c", "d", "e"].map((name) => `postgres/${name}`);
  let isStuck: boolean;
  let lister: Server;
  let address: { endpoint: string; region: string; bucket: string; prefix: string };

  /** A store that says of each page but the last that there is more, and not where. */
  beforeAll(async () => {
    lister = createServer((request, response) => {
      const after = new URL(request.url ?? "", "http://store").searchParams.get("start-after") ?? "";
      const rest = names.filter((name) => isStuck || name > after);
      const contents = rest
        .slice(0, 2)
        .map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`);
      response.end(
        `<ListBucketResult><IsTruncated>${rest.length > 2}</IsTruncated>${contents.join("")}</ListBucketResult>`,
      );
    });
    await new Promise<void>((resolve) => lister.listen(0, "127.0.0.1", resolve));
    const bound = lister.address();
    if (bound === null || typeof bound === "string") throw new Error("There is no port");
    address = { ...server.address, endpoint: `http://127.0.0.1:${bound.port}` };
  });

  afterAll(() => void lister.close());

  test("is complete where the store does not say where its next page begins", async () => {
    isStuck = false;
    const opened = new ObjectStore(address, { keys: server.keys, clock });
    expect((await opened.list()).map((object) => object.key)).toEqual(names);
    opened.close();
  });

  test("fails where the store begins anew for ever", async () => {
    isStuck = true;
    const opened = new ObjectStore(address, { keys: server.keys, clock });
    await expect(opened.list()).rejects.toThrow("The store lists bucket/postgres/ without an end");
    opened.close();
  });
});

describe("a small object", () => {
  test("is stored once where the answer was lost, since a locked bucket takes it once only", async () => {
    server.cut = first(/^PUT /, "whole");
    await store.put(key, "manifest");
    expect(server.read(key).toString()).toBe("manifest");
    expect(sent(/^PUT /)).toHaveLength(1);
  });

  test("is stored again until it stands", async () => {
    // The store says that it has it, and has not.
    server.refuse = first(/^PUT /, 200, 3);
    await store.put(key, "manifest");
    expect(server.read(key).toString()).toBe("manifest");
    expect(sent(/^PUT /)).toHaveLength(4);
  });

  test("is not sent twice to a store that refuses it", async () => {
    server.refuse = (request) => (request.startsWith("PUT") ? 403 : undefined);
    await expect(store.put(key, "manifest")).rejects.toThrow(
      `The store failed to store ${key}: Refused, status 403`,
    );
    expect(sent(/^PUT /)).toHaveLength(1);
  });
});

describe("a download", () => {
  beforeEach(() => server.write(key, data));

  test("goes on where it was cut off", async () => {
    server.cut = first(/^GET /, "half", 3);
    expect((await buffer(await store.open(key))).equals(data)).toBe(true);
    expect(sent(/^GET /)).toHaveLength(4);
  });

  test("that stops in its middle goes on after its time limit", async () => {
    server.stall = first(/^GET /, "half");
    const reader = (await store.open(key))[Symbol.asyncIterator]();
    const start = await reader.next();
    const rest = reader.next();
    setImmediate(() => clock.expire());
    const chunks: Uint8Array[] = [start.value];
    for (let next = await rest; next.done !== true; next = await reader.next()) chunks.push(next.value);
    expect(Buffer.concat(chunks).equals(data)).toBe(true);
  });

  test("of an object that was replaced meanwhile is refused", async () => {
    await store.put(key, "first".repeat(100_000));
    let isReplaced = false;
    server.cut = (request) => (request.startsWith("GET") && !isReplaced ? "half" : undefined);
    const reader = (await store.open(key))[Symbol.asyncIterator]();
    await reader.next();
    isReplaced = true;
    await store.put(key, "other".repeat(100_000));
    const rest = async (): Promise<void> => {
      for (let next = await reader.next(); next.done !== true; ) next = await reader.next();
    };
    await expect(rest()).rejects.toThrow(/status 412$/);
  });

  test("survives minutes without the store", async () => {
    server.refuse = first(/^GET /, 503, 14);
    expect((await buffer(await store.open(key))).length).toBe(data.length);
    expect(clock.slept).toBeGreaterThan(3 * 60_000);
  });
});

describe("keys", () => {
  let folder: string;
  let metadata: Server;
  let origin: string;
  /** Key ids and session tokens that requests were signed with. */
  let signers: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "keys-"));
    metadata = createServer((request, response) => {
      const { authorization = "", "x-amz-security-token": token = "" } = request.headers;
      const id = /Credential=([^/]+)/.exec(authorization)?.[1];
      if (id !== undefined && !request.url?.startsWith("/?Action")) {
        signers.push(`${id} ${token}`);
        response.end("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
        return;
      }
      request.resume().on("end", () => response.end(answerOf(request.url ?? "", request.method ?? "")));
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
    const address = metadata.address();
    if (address === null || typeof address === "string") throw new Error("There is no port");
    origin = `http://127.0.0.1:${address.port}`;
    writeFileSync(
      join(folder, "credentials"),
      "[backup]\naws_access_key_id=profile-id\naws_secret_access_key=x\naws_session_token=profile-token\n",
    );
    writeFileSync(join(folder, "token"), "web-token");
  });

  afterAll(() => {
    metadata.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    signers = [];
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
    vi.stubEnv("HOME", folder);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  });

  async function list(given?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
    const address = { ...server.address, endpoint: origin };
    const opened = new ObjectStore(address, { keys: given, clock });
    try {
      return await opened.list();
    } finally {
      opened.close();
    }
  }

  test("that are temporary have their token sent", async () => {
    await list({ accessKeyId: "id", secretAccessKey: "x", sessionToken: "token" });
    expect(signers).toEqual(["id token"]);
  });

  test.each([
    [
      "a profile",
      () => ({ AWS_PROFILE: "backup", AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") }),
      "profile-id profile-token",
    ],
    [
      "a container",
      () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/container` }),
      "container-id container-token",
    ],
    [
      "an instance",
      () => ({ AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: origin }),
      "instance-id instance-token",
    ],
    [
      "web identity",
      () => ({
        AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token"),
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/backup",
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL_STS: origin,
      }),
      "web-id web-token",
    ],
  ])("of %s are found", async (_, variables, expected) => {
    for (const [name, value] of Object.entries(variables())) vi.stubEnv(name, value);
    await list();
    expect(signers).toEqual([expected]);
  });

  test("that are nowhere are asked for, without waiting", async () => {
    await expect(list()).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    });
    expect(clock.slept).toBe(0);
  });
});

function answerOf(url: string, method: string): string {
  const credentials = (name: string): string =>
    JSON.stringify({
      Code: "Success",
      Type: "AWS-HMAC",
      AccessKeyId: `${name}-id`,
      SecretAccessKey: "x",
      Token: `${name}-token`,
      Expiration: "2099-01-01T00:00:00Z",
      LastUpdated: "2026-01-01T00:00:00Z",
    });
  if (url === "/container") return credentials("container");
  if (url === "/latest/api/token") return "metadata-token";
  if (/security-credentials\/?$/.test(url)) return "role";
  if (/security-credentials\/role/.test(url)) return credentials("instance");
  if (method !== "POST") return "";
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>web-id</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>web-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
}
