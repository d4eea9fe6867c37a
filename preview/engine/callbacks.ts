import type { Duplex } from "node:stream";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackPb from "@pulumi/pulumi/proto/callback_pb.js";
import { Caller } from "./caller.ts";
import { Tunnel } from "./tunnel.ts";

export type Callback = InstanceType<typeof callbackPb.Callback>;

/** Calls functions that live in the program: transforms and hooks, which it offers by token and address. */
export class Callbacks {
  #connection: () => Duplex;
  #answerBytes: number | undefined;
  #tunnel: Tunnel | undefined;
  #callers = new Map<string, Caller>();

  /**
   * @param connection to the program's process, which is asked for once a function is called
   * @param answerBytes that an answer may have
   */
  constructor(connection: () => Duplex, answerBytes: number | undefined) {
    this.#connection = connection;
    this.#answerBytes = answerBytes;
  }

  /** @returns the bytes of the answer; rejects with the message that the function threw */
  async invoke(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const message = new callbackPb.CallbackInvokeRequest();
    message.setToken(callback.getToken());
    message.setRequest(request);
    const caller = this.#caller(callback.getTarget());
    const response = await caller.call(callbackRpc.CallbacksService.invoke, message);
    return response.getResponse_asU8();
  }

  close(): void {
    for (const caller of this.#callers.values()) caller.close();
    this.#callers.clear();
    this.#tunnel?.close();
  }

  #caller(target: string): Caller {
    const existing = this.#callers.get(target);
    if (existing !== undefined) return existing;
    this.#tunnel ??= new Tunnel(this.#connection());
    const caller = new Caller(this.#tunnel.connect(target), this.#answerBytes);
    this.#callers.set(target, caller);
    return caller;
  }
}
