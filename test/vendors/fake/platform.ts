import type { Settings } from "../../../config/settings.ts";
import { healthyRender, healthyVercel } from "./healthy.ts";
import { type FakeRenderState, fakeRender, renderToken } from "./render.ts";
import { type FakeServer, startFake } from "./server.ts";
import { type FakeVercelState, fakeVercel, vercelToken } from "./vercel.ts";

/** What all vendors know of one platform. */
export interface VendorStates {
  readonly vercel: FakeVercelState;
  readonly render: FakeRenderState;
}

/** The APIs of the vendors on loopback. What is written there stays until {@link FakePlatform.reset}. */
export interface FakePlatform {
  readonly server: FakeServer;
  /** Variables with the tokens and the addresses of this server. */
  readonly environment: Readonly<Record<string, string>>;
  readonly states: VendorStates;
  /** Puts everything back to what is declared, and answers properly again. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startPlatform(settings: Settings): Promise<FakePlatform> {
  const states = healthy(settings);
  const server = await startFake([fakeVercel(states.vercel), fakeRender(states.render)]);
  return {
    server,
    environment: {
      ...{ VERCEL_API_TOKEN: vercelToken, OPTROPIC_VERCEL_URL: `${server.url}/vercel` },
      ...{ RENDER_API_KEY: renderToken, OPTROPIC_RENDER_URL: `${server.url}/render` },
    },
    states,
    reset() {
      const fresh = healthy(settings);
      Object.assign(states.vercel, fresh.vercel);
      Object.assign(states.render, fresh.render);
      server.behave();
    },
    stop: () => server.stop(),
  };
}

function healthy(settings: Settings): VendorStates {
  return { vercel: healthyVercel(settings), render: healthyRender(settings) };
}
