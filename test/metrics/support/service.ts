import { spawn } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { Agent, get } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Host } from "../../../metrics/contract.ts";
import { type Behaviour, behaviourSchema } from "./behaviour.ts";

/** A service in a process of its own. */
export interface Service {
  readonly host: Host;
  readonly origin: string;
  /** Makes it behave like this, and otherwise well. */
  behave(behaviour: Partial<Behaviour>): Promise<void>;
  /** Sends requests, so many at a time, until the returned function is called. */
  load(concurrency: number): () => Promise<void>;
  stop(): Promise<void>;
}

export async function startService(host: Host): Promise<Service> {
  const program = fileURLToPath(new URL("service-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program, host], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(() => Promise.reject(new Error(`The service ${host} ended before it listened.`))),
  ]);
  const origin = `http://127.0.0.1:${line}`;
  return {
    host,
    origin,
    async behave(behaviour) {
      const body = JSON.stringify(behaviourSchema.parse(behaviour));
      await fetch(`${origin}/behaviour`, { method: "PUT", body });
    },
    load(concurrency) {
      const stopping = new AbortController();
      // Each listens until it stops.
      setMaxListeners(concurrency * 2, stopping.signal);
      const agent = new Agent({ keepAlive: true });
      const clients = Array.from({ length: concurrency }, () =>
        sendUntil(stopping.signal, `${origin}/api/orders`, agent),
      );
      return async () => {
        stopping.abort();
        await Promise.all(clients);
        agent.destroy();
      };
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function sendUntil(signal: AbortSignal, url: string, agent: Agent): Promise<void> {
  while (!signal.aborted) {
    try {
      await send(signal, url, agent);
    } catch {
      // Stopped, or the service is down, which is what some tests want. Others see it in its metrics.
      await delay(50);
    }
  }
}

/** Sends a request and reads the answer: there are thousands, and each takes a fifth of the time of a `fetch`. */
function send(signal: AbortSignal, url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent, signal }, (answer) => {
      answer.resume().once("end", resolve).once("error", reject);
    });
    sent.once("error", reject);
  });
}
