import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../cli/main.ts";
import { evidenceSchema } from "../../../config/evidence.ts";
import { readSigningKey, readVerifyingKey } from "../../../evidence/keys.ts";
import { captureConsole } from "../console.ts";

const captured = captureConsole();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keygen-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("optropic evidence keygen", () => {
  test("writes the private key for its owner alone, and prints the public key that the settings take", async () => {
    const out = join(folder, "key.pem");
    await main(["evidence", "keygen", "--json", "--out", out]);
    const { publicKey, keyId, file, ...rest } = JSON.parse(captured.stdout);
    expect({ status: process.exitCode, file, rest, stderr: captured.stderr }).toEqual({
      status: 0,
      file: out,
      rest: {},
      stderr: "",
    });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const key = readSigningKey(readFileSync(out, "utf8"));
    expect(key).toMatchObject({ id: keyId, text: publicKey });
    expect(evidenceSchema.parse({ publicKeys: [publicKey] }).publicKeys).toEqual([publicKey]);
  });

  test("prints the private key where it is asked to, and writes no file", async () => {
    await main(["evidence", "keygen", "--print-private-key"]);
    const [, privateKey = ""] = /^(-----BEGIN.*END PRIVATE KEY-----\n)/s.exec(captured.stdout) ?? [];
    const publicKey = captured.stdout.trim().split("\n").at(-1) ?? "";
    expect(readSigningKey(privateKey).id).toBe(readVerifyingKey(publicKey).id);
  });

  test("never overwrites a key", async () => {
    const out = join(folder, "present.pem");
    writeFileSync(out, "present");
    await main(["evidence", "keygen", "--out", out]);
    expect({ status: process.exitCode, ...captured }).toEqual({
      status: 2,
      stdout: "",
      stderr: `error: Cannot write --out ${out}: it exists already, and a key is never overwritten\n`,
    });
    expect(readFileSync(out, "utf8")).toBe("present");
  });

  test("with an option that does not exist is a usage error", async () => {
    await main(["evidence", "keygen", "--outt", "x"]);
    expect(process.exitCode).toBe(2);
  });
});
