import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { metricsFile, metricsText, pushgateway } from "../../../operations/backup/metrics.ts";
import { mail, webhook } from "../../../operations/backup/notify.ts";
import { type Failing, type Reporter, type Success, tell } from "../../../operations/backup/report.ts";

const success: Success = {
  stack: "production",
  key: "postgres/20260101T000000Z-0123abcd.dump.age",
  takenAt: "2026-01-01T00:00:01.000Z",
  durationMs: 12_300,
  bytes: 4096,
};
const failing: Failing = {
  stack: "production",
  database: "db.example.com:5432/app",
  reason: `pg_dump failed:\n\u001b[31mno\r\nBcc: evil@example.com ${"x".repeat(2000)}`,
  at: new Date("2026-01-02T00:00:00Z"),
};
const now = () => failing.at;

let http: Server;
let origin: string;
let requests: {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}[];
let answer: number;
let smtp: TcpServer;
let smtpPort: number;
let letters: string[];
let rejects: boolean;

beforeAll(async () => {
  http = createServer(async (request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: await text(request) });
    response.writeHead(answer).end();
  });
  smtp = createTcpServer((socket) => {
    let letter = "";
    let isData = false;
    socket.on("error", () => undefined).write("220 ready\r\n");
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      letter += chunk;
      if (isData) {
        if (!letter.endsWith("\r\n.\r\n")) return;
        isData = false;
        letters.push(letter);
        socket.write("250 taken\r\n");
        return;
      }
      if (/^DATA/im.test(chunk)) {
        isData = true;
        socket.write("354 go on\r\n");
      } else if (/^QUIT/im.test(chunk)) socket.end("221 bye\r\n");
      else socket.write(rejects && /^MAIL/i.test(chunk) ? "550 no canary-login\r\n" : "250 ok\r\n");
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  [origin, smtpPort] = [`http://127.0.0.1:${portOf(http)}`, portOf(smtp)];
});

afterAll(() => {
  http.close();
  smtp.close();
});

beforeEach(() => {
  requests = [];
  letters = [];
  answer = 200;
  rejects = false;
});

function portOf(server: Server | TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no port");
  return address.port;
}

async function told(reporter: Reporter, event: Failing | Success): Promise<string[]> {
  const warnings: string[] = [];
  await tell(
    [reporter],
    (message) => warnings.push(message),
    (each) => ("reason" in event ? each.failed?.(event) : each.succeeded?.(event)),
  );
  return warnings;
}

describe("a webhook", () => {
  test("gets the failure as JSON, which shows as text where people read it", async () => {
    expect(await told(webhook(`${origin}/services/canary`), failing)).toEqual([]);
    const [{ method, url, headers, body } = { body: "", headers: {} }] = requests;
    expect([method, url, headers["content-type"]]).toEqual(["POST", "/services/canary", "application/json"]);
    const { text: shown, ...rest } = JSON.parse(body);
    expect(shown).toMatch(
      /^The backup of production failed: pg_dump failed:\n·\[31mno·\nBcc: evil@example.com x+…$/,
    );
    expect(rest).toMatchObject({
      event: "backup-failed",
      stack: "production",
      database: "db.example.com:5432/app",
      at: "2026-01-02T00:00:00.000Z",
    });
    expect(body.length).toBeLessThan(3000);
  });

  test("hears nothing of a success", async () => {
    await told(webhook(origin), success);
    expect(requests).toEqual([]);
  });

  test("that refuses is a warning without its address, after one attempt; one that is out, after three", async () => {
    answer = 404;
    expect(await told(webhook(`${origin}/canary`), failing)).toEqual(["webhook failed: status 404"]);
    answer = 503;
    expect(await told(webhook(`${origin}/canary`), failing)).toEqual(["webhook failed: status 503"]);
    expect(requests).toHaveLength(4);
  });
});

describe("mail", () => {
  const addresses = { from: "backup@example.com", to: ["database@example.com", "lead@example.com"] };

  test("of a failure reaches everybody, and its reason begins no header", async () => {
    const reporter = mail({ server: `smtp://127.0.0.1:${smtpPort}`, ...addresses });
    expect(await told(reporter, failing)).toEqual([]);
    const [letter = ""] = letters;
    expect(letter).toMatch(/^RCPT TO:<database@example.com>\r$/m);
    expect(letter).toMatch(/^RCPT TO:<lead@example.com>\r$/m);
    expect(letter).toMatch(/^Subject: The backup of production failed\r$/m);
    expect(letter.slice(0, letter.indexOf("\r\n\r\n"))).not.toContain("evil");
    expect(letter).toContain("Database: db.example.com:5432/app");
  });

  test("that the server refuses is a warning, without what the server said", async () => {
    rejects = true;
    const reporter = mail({ server: `smtp://127.0.0.1:${smtpPort}`, ...addresses });
    expect(await told(reporter, failing)).toEqual([expect.stringMatching(/^mail failed: \w+, answer 550$/)]);
  });

  test("to another machine needs TLS", async () => {
    const reporter = mail({ server: `smtp://localhost.localdomain.invalid:${smtpPort}`, ...addresses });
    expect(await told(reporter, failing)).toEqual([expect.stringMatching(/^mail failed: E\w+$/)]);
    expect(letters).toEqual([]);
  });

  test.each(["canary", "https://canary", "smtp://canary%:x@host"])(
    "by %s is refused, not quoted",
    (server) => {
      expect(() => mail({ server, ...addresses })).toThrow("BACKUP_SMTP_URL is not a URL such as");
      expect(() => mail({ server, ...addresses })).not.toThrow("canary");
    },
  );
});

describe("the metrics of a backup", () => {
  const after = {
    optropic_backup_last_success_timestamp_seconds: 1_767_225_601,
    optropic_backup_duration_seconds: 12.3,
    optropic_backup_size_bytes: 4096,
    optropic_backup_last_run_timestamp_seconds: 1_767_312_000,
    optropic_backup_last_run_success: 1,
  };

  test("in a file are what Prometheus reads, and a failure leaves those of the last success", async () => {
    const folder = mkdtempSync(join(tmpdir(), "metrics-"));
    const path = join(folder, "optropic_backup.prom");
    const reporter = metricsFile(path, now);
    await told(reporter, failing);
    expect(readFileSync(path, "utf8")).not.toContain("last_success");
    await told(reporter, success);
    expect(readFileSync(path, "utf8")).toBe(metricsText(after));
    const checking = promisify(execFile)("sh", ["-c", `promtool check metrics < ${path}`]);
    expect((await checking).stderr).toBe("");
    await told(reporter, failing);
    expect(readFileSync(path, "utf8")).toBe(metricsText({ ...after, optropic_backup_last_run_success: 0 }));
    expect(readdirSync(folder)).toEqual(["optropic_backup.prom"]);
    rmSync(folder, { recursive: true });
  });

  test("in a file of others are written over, not read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "metrics-"));
    const path = join(folder, "optropic_backup.prom");
    writeFileSync(path, "canary 1\n__proto__ 1\noptropic_backup_size_bytes x\n");
    await told(metricsFile(path, now), failing);
    expect(readFileSync(path, "utf8")).not.toMatch(/canary|proto|size/);
    rmSync(folder, { recursive: true });
  });

  test("that cannot be written are a warning", async () => {
    expect(await told(metricsFile("/proc/absent/x.prom", now), success)).toEqual([
      "metrics file failed: /proc/absent does not exist",
    ]);
  });

  test("are pushed to a group of the stack, and those of a failure beside the last success", async () => {
    const gateway = pushgateway(`${origin.replace("//", "//user:canary%40@")}/push/`, "production", now);
    expect(await told(gateway, success)).toEqual([]);
    expect(await told(gateway, failing)).toEqual([]);
    const [first, second] = requests;
    expect(first).toMatchObject({
      method: "POST",
      url: "/push/metrics/job/optropic-backup/stack/production",
      body: metricsText(after),
    });
    expect(first?.headers.authorization).toBe(`Basic ${Buffer.from("user:canary@").toString("base64")}`);
    expect(second?.body).toBe(
      metricsText({
        optropic_backup_last_run_timestamp_seconds: 1_767_312_000,
        optropic_backup_last_run_success: 0,
      }),
    );
  });
});

test("a reporter that throws keeps no other from being told", async () => {
  const names: string[] = [];
  const warnings: string[] = [];
  const broken: Reporter = { name: "broken", failed: () => Promise.reject(new Error("no")) };
  const good: Reporter = { name: "good", failed: async () => void names.push("good") };
  await tell(
    [broken, good],
    (message) => warnings.push(message),
    (each) => each.failed?.(failing),
  );
  expect([names, warnings]).toEqual([["good"], ["broken failed: no"]]);
});
