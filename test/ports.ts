import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/*
 * Ports for servers that cannot take any that is free and tell which. One that the kernel gave a moment ago may be a
 * client's by the time the server listens, since the kernel gives clients the same ones; and a client that tries one
 * of them before anybody listens there can be connected to itself. So these are ports that it gives nobody.
 */

/** Below these are ports of the system's own services. */
const lowest = 10_000;

/** Fewest ports for all workers of all runs. */
const fewest = 2000;

/** Runs beside each other, and workers of one, that have ports of their own. */
const runs = 32;
const workers = 4;

/** How often another port is tried. */
const mostTries = 20;

let next: number | undefined;

/** A port on loopback where nothing listens, of those that only this process takes, until it has taken some hundred. */
export async function freePort(): Promise<number> {
  const { first, count } = ownPorts();
  next ??= Math.floor(Math.random() * count);
  for (let tries = 0; tries < count; tries += 1) {
    const port = first + (next % count);
    next += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`None of the ports from ${first} to ${first + count - 1} is free`);
}

/**
 * Starts a server at a free port, and at another one where its address is in use by then.
 *
 * @param start throws what the server printed when it ends
 */
export async function atFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (tries === mostTries || !/EADDRINUSE|address already in use/i.test(String(error))) throw error;
    }
  }
}

/**
 * Waits until a process listens on a port, as long as it runs.
 *
 * @throws with what it printed, when it ends
 */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  let ended: Error | undefined;
  child.once("error", (error) => {
    ended = error;
  });
  // What it printed is complete by then.
  child.once("close", (code, signal) => {
    ended ??= new Error(`${child.spawnfile} ended with ${code ?? signal}:\n${printed}`);
  });
  while (!(await isOpen(port))) {
    if (ended !== undefined) throw ended;
    await delay(5);
  }
  if (ended !== undefined) throw ended;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    const listening = once(probe, "listening");
    probe.listen(port, "127.0.0.1");
    await listening;
  } catch {
    return false;
  }
  const closed = once(probe, "close");
  probe.close();
  await closed;
  return true;
}

/** Those of this worker: of a worker, its run is the process that started it. */
function ownPorts(): { first: number; count: number } {
  const all = serverPorts(clientPorts());
  const place = (process.ppid % runs) * workers + (Number(process.env.VITEST_POOL_ID ?? 0) % workers);
  const count = Math.floor(all.count / (runs * workers));
  return { first: all.first + place * count, count };
}

/** Ports that are no client's: below those, or above where too few are below. */
export function serverPorts(clients: { first: number; last: number }): { first: number; count: number } {
  const below = { first: lowest, count: clients.first - lowest };
  if (below.count >= fewest) return below;
  const above = { first: Math.max(lowest, clients.last + 1), count: 65_535 - clients.last };
  // A machine that leaves none has only the second try.
  return above.count >= fewest ? above : { first: lowest, count: 65_535 - lowest };
}

/** Ports that the kernel gives clients: https://docs.kernel.org/networking/ip-sysctl.html */
function clientPorts(): { first: number; last: number } {
  try {
    const text = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
    const [first = Number.NaN, last = Number.NaN] = text.trim().split(/\s+/).map(Number);
    return { first, last };
  } catch {
    // Another system: the range of RFC 6335, section 6.
    return { first: 49_152, last: 65_535 };
  }
}
