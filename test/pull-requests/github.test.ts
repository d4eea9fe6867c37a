import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import * as z from "zod";
import { ask, type GitHub } from "../../pull-requests/github.ts";

const canary = "ghs_canary";
let stop: () => Promise<void> = async () => {};

afterEach(() => stop());

/** A request over its limit, as GitHub also says it. */
const limited = -403;

/** A server that answers each request with the next status; the last one stays. */
async function answering(...statuses: number[]): Promise<{ github: GitHub; asked: () => number }> {
  let asked = 0;
  const server = createServer((_, response) => {
    const status = statuses[Math.min(asked, statuses.length - 1)];
    asked += 1;
    // 0: the connection breaks.
    if (status === undefined || status === 0) response.destroy();
    else if (status === limited) response.writeHead(403, { "retry-after": "0" }).end("{}");
    else response.writeHead(status).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const github = {
    url: `http://127.0.0.1:${port}`,
    token: canary,
    repository: "optropic/platform",
    pauseMs: 1,
  };
  return { github, asked: () => asked };
}

const answer = z.object({ ok: z.boolean() });

it.each([
  ["a read through three faults", "GET", [503, 0, 502, 200], 4],
  ["a change in place through faults", "PATCH", [500, 0, 200], 3],
  ["a write through a limit of rate", "POST", [429, limited, 200], 3],
] as const)("repeats %s", async (_, method, statuses, times) => {
  const { github, asked } = await answering(...statuses);
  expect(await ask(github, "/x", answer, { method })).toEqual({ ok: true });
  expect(asked()).toBe(times);
});

it.each([
  ["a read that always fails", "GET", [500], 4, /GET \/x: GitHub responded with status 500/],
  ["a read that never answers", "GET", [0], 4, /\/x: no response from/],
  ["a write that may have been done", "POST", [500, 200], 1, /POST \/x: GitHub responded with status 500/],
  ["a write whose answer is lost", "POST", [0, 200], 1, /\/x: no response from/],
  ["what is refused", "GET", [403, 200], 1, /GET \/x: GitHub responded with status 403/],
  ["a redirect, which would take the token along", "GET", [301, 200], 1, /GitHub responded with status 301/],
] as const)(
  "gives up on %s, without the token in what it says",
  async (_, method, statuses, times, message) => {
    const { github, asked } = await answering(...statuses);
    const error: unknown = await ask(github, "/x", answer, { method }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(canary);
    expect(asked()).toBe(times);
  },
);

it("does not take an answer of another shape", async () => {
  const { github } = await answering(200);
  await expect(ask(github, "/x", z.array(z.string()))).rejects.toThrow(/does not match its API reference/);
});
