import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, program } from "../preview/harness.ts";
import { run as runProcess, start } from "./command.ts";
import { runHere as run } from "./here.ts";

/** Control characters but the line feed, and those that turn the direction of a text. */
const unprintable = /[\p{Cc}\p{Cf}]/u;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function of(name: string, ...args: string[]): string[] {
  return ["preview", "--cwd", program(name), "--stack", "dev", ...args];
}

function unprintableIn(text: string): string[] {
  return text.split("\n").filter((line) => unprintable.test(line));
}

describe("exit status and output", () => {
  it("is 0 where all holds: the resources, no colours for no terminal, and nothing on standard error", async () => {
    const { status, stdout, stderr } = await runProcess(
      of("small", "--policy-pack", pack("remediating"), "--policy-pack-config", config({ all: "advisory" })),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("Previewing small (dev)");
    expect(lines[2]).toMatch(/^Resources: 3 to create/);
    expect(lines.at(-2)).toMatch(/^✓ Passed: \d+ policies, 2 advisory violated/);
    expect(unprintableIn(stdout)).toEqual([]);
  });

  it("is 1 where a mandatory policy is violated, which stands last, above the verdict", async () => {
    const { status, stdout } = await runProcess(
      of("small", "--policy-pack", pack("configured"), "--policy-pack", pack("echo"), "--resources"),
    );
    expect(status).toBe(1);
    const lines = stdout.split("\n");
    expect(lines[4]).toMatch(/^ \+ {3}pulumi:pulumi:Stack +small-dev +create$/);
    expect(lines.at(-2)).toMatch(/^✗ Refused: 1 mandatory and 3 advisory policies violated/);
    const mandatory = lines.indexOf("✗ as-it-is [mandatory]");
    expect(lines.slice(mandatory + 1, mandatory + 4)).toEqual([
      "    Required: Says how as-it-is is configured.",
      "  - The stack",
      '    Found:    {"days":7,"list":["a"]}',
    ]);
    expect(mandatory).toBeGreaterThan(lines.findIndex((line) => line.startsWith("! echo-stack")));
  });

  it.each([
    ["--config", "a=b"],
    ["--stack-output", "network:zone=any"],
    ["--policy-pack", pack("echo")],
    ["--policy-pack-config", "any.json"],
  ])("is 2 where evidence would be of something else than the commit: %s", async (...given) => {
    const { status, stderr } = await run(of("small", "--evidence", join(folder, "records"), ...given));
    expect(status).toBe(2);
    expect(stderr).toContain(`--evidence with ${given[0]}`);
    expect(existsSync(join(folder, "records"))).toBe(false);
  });

  it("is 2 where the preview could not tell, with the reason on standard error alone", async () => {
    const { status, stdout, stderr } = await runProcess(of("misbehaving", "--config", "mode=throw"));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: [\s\S]*the program threw/);
  });

  it.each([
    [["--no-such-option"], /unknown option '--no-such-option'/],
    [["--timeout", "0"], /a number of seconds up to 86400/],
    [["--stak", "dev"], /Did you mean --stack\?/],
    [["stray"], /too many arguments/],
  ])("is 2 for bad usage: %s", async (args, message) => {
    const { status, stdout, stderr } = await run(["preview", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("is 0 for help, which has an example and tells the statuses", async () => {
    const { status, stdout } = await run(["preview", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ optropic preview/);
    expect(stdout).toMatch(/Exit status: 0 .* 1 .* 2 /);
  });
});

/** A file of policy configuration. */
function config(content: unknown): string {
  const path = join(folder, `${JSON.stringify(content).length}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("--json", () => {
  it("prints one document and nothing else, whatever the program prints", async () => {
    const { status, stdout, stderr } = await run(of("everything", "--json"));
    expect({ status, stderr, lines: stdout.match(/\n/g)?.length }).toEqual({
      status: 0,
      stderr: "",
      lines: 1,
    });
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      "project",
      "stack",
      "resources",
      "outputs",
      "policies",
      "findings",
      "remediations",
      "messages",
      "timings",
      "summary",
    ]);
    expect(document.resources[0]).toEqual({
      urn: "urn:pulumi:dev::everything::pulumi:pulumi:Stack::everything-dev",
      type: "pulumi:pulumi:Stack",
      name: "everything-dev",
      parent: "",
      custom: false,
      protect: false,
      operation: "create",
      inputs: {},
    });
  });

  it("has every item of the checklist with its state where they are asked for", async () => {
    const { stdout } = await run(of("small", "--json", "--items"));
    const { items } = JSON.parse(stdout);
    expect(items).toHaveLength(175);
    expect(items[0]).toEqual({
      id: "1.1",
      section: "1. Code Quality",
      text: "All tests passing (`npm test`)",
      state: "left",
      needs: ["gate"],
      words: "to pass a gate",
    });
  });

  it("prints one document for an error too", async () => {
    const { status, stdout, stderr } = await run(of("nowhere", "--json"));
    const message = `no Pulumi.yaml in ${program("nowhere")}: name the project's folder with --cwd`;
    expect({ status, stderr }).toEqual({ status: 2, stderr: `error: ${message}\n` });
    expect(stdout).toBe(`${JSON.stringify({ error: { failure: "project", message } })}\n`);
  });

  it("prints one document for bad usage too", async () => {
    const { status, stdout } = await run(["preview", "--json", "--timeout", "never"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { failure: "usage", message: expect.stringContaining("--timeout") },
    });
  });

  it("holds no control character that a terminal obeys", async () => {
    const { status, stdout } = await run(of("misbehaving", "--json", "--config", "mode=control-characters"));
    expect(status).toBe(0);
    expect(stdout.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(stdout).messages[0].message).toBe("red, rung\u0007 and \u202eturned");
  });
});

describe("what others wrote", () => {
  it("is printed without its control characters: names and messages", async () => {
    const { status, stdout } = await run(
      of("misbehaving", "--config", "mode=control-characters", "--resources"),
    );
    expect(status).toBe(0);
    expect(unprintableIn(stdout)).toEqual([]);
    expect(stdout).toContain("red, rung· and ·turned");
    expect(stdout).toContain("name·[2J·5mcleared");
  });

  it("is printed without its control characters: errors", async () => {
    const { stderr } = await run(of("misbehaving", "--config", "mode=throw-control-characters"));
    expect(unprintableIn(stderr)).toEqual([]);
    expect(stderr).toContain("red, rung· and ·turned");
  });

  it("has no stack trace but the place, unless --debug asks for it", async () => {
    const plain = await run(of("misbehaving", "--config", "mode=throw"));
    const debug = await run(of("misbehaving", "--config", "mode=throw", "--debug"));
    const frames = ({ stderr }: { stderr: string }) => stderr.match(/^\s+at /gm)?.length ?? 0;
    expect(frames(plain)).toBe(1);
    expect(frames(debug)).toBeGreaterThan(5);
  });
});

describe("a reader that leaves early", () => {
  it("is no error", async () => {
    const process = start(of("everything", "--json", "--policy-pack", pack("echo")));
    process.stdout?.destroy();
    const stderr: Buffer[] = [];
    process.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    const status = await new Promise((resolve) => process.on("close", resolve));
    expect({ status, stderr: Buffer.concat(stderr).toString() }).toEqual({ status: 0, stderr: "" });
  });
});

describe("the state of a deployment", () => {
  it("is judged in place of what the program declares", async () => {
    const path = join(import.meta.dirname, "..", "fixtures", "states", "encrypted.json");
    const { status, stdout } = await run(
      of("small", "--state", path, "--policy-pack", pack("configured"), "--resources"),
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ {5}├─ random:index:RandomPet .* same protected$/m);
    expect(stdout).toMatch(/^Resources: 3 in the state, 1 read$/m);
  });
});

describe("several stacks", () => {
  it("end with a row for each, and with the worst of their statuses", async () => {
    const { status, stdout } = await run(
      of("small", "--stack", "other", "--policy-pack", pack("configured")),
    );
    expect(status).toBe(1);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("Previewing small"))).toHaveLength(2);
    expect(lines.at(-2)).toMatch(/^dev {4}✗ Refused: 1 mandatory and 1 advisory policies violated/);
    expect(lines.at(-1)).toMatch(/^other {2}✗ Refused: 1 mandatory and 1 advisory policies violated/);
  });

  it("are one document of JSON, also where one of them could not tell", async () => {
    const { status, stdout } = await run(of("small", "--stack", "a/b/c/d", "--json"));
    expect(status).toBe(2);
    const { stacks } = JSON.parse(stdout);
    expect(stacks).toEqual([
      expect.objectContaining({ stack: "dev", summary: expect.anything() }),
      { stack: "a/b/c/d", error: expect.anything() },
    ]);
  });

  it("take no file, no state and no base, which only one of them could have", async () => {
    const { status, stderr } = await run(of("small", "--stack", "other", "--state", "state.json"));
    expect(status).toBe(2);
    expect(stderr).toContain("--state needs one --stack");
  });
});
