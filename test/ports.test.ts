import { spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { atFreePort, freePort, listening, serverPorts } from "./ports.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function listenAt(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
}

it.each([
  [
    { first: 32_768, last: 60_999 },
    { first: 10_000, count: 22_768 },
  ],
  [
    { first: 1024, last: 60_999 },
    { first: 61_000, count: 4536 },
  ],
  [
    { first: 1024, last: 65_535 },
    { first: 10_000, count: 55_535 },
  ],
])("beside clients at %o, servers have %o", (clients, servers) => {
  expect(serverPorts(clients)).toEqual(servers);
});

it("no port is given twice in a row, nor one where something listens", async () => {
  const first = await freePort();
  await listenAt(first + 1);
  expect([first, first + 1]).not.toContain(await freePort());
});

it("a server whose port was taken meanwhile starts at another one", async () => {
  const tried: number[] = [];
  const port = await atFreePort(async (port) => {
    tried.push(port);
    if (tried.length === 1) await listenAt(port);
    await listenAt(port);
    return port;
  });
  expect(tried).toHaveLength(2);
  expect(port).toBe(tried[1]);
});

it("a server that does not start for another reason is not started again", async () => {
  let tries = 0;
  const start = async (): Promise<void> => {
    tries += 1;
    throw new Error("no such option");
  };
  await expect(atFreePort(start)).rejects.toThrow("no such option");
  expect(tries).toBe(1);
});

it("a process that ends before it listens says why", async () => {
  const program = "console.error('it broke'); process.exitCode = 3";
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "ignore", "pipe"] });
  await expect(listening(await freePort(), child)).rejects.toThrow(/ended with 3:\nit broke/);
});
