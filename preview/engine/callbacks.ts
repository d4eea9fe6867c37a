import * as grpc from "@grpc/grpc-js";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackPb from "@pulumi/pulumi/proto/callback_pb.js";
import { callUnary, channelOptions } from "./grpc.ts";

export type Callback = InstanceType<typeof callbackPb.Callback>;
type Client = InstanceType<typeof callbackRpc.CallbacksClient>;

/** Calls functions that live in the program: transforms and hooks, which it offers by token and address. */
export class Callbacks {
  #clients = new Map<string, Client>();

  /** @returns the bytes of the answer; rejects with the message that the function threw */
  async invoke(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const message = new callbackPb.CallbackInvokeRequest();
    message.setToken(callback.getToken());
    message.setRequest(request);
    const client = this.#client(callback.getTarget());
    const response = await callUnary<InstanceType<typeof callbackPb.CallbackInvokeResponse>>((answer) =>
      client.invoke(message, answer),
    );
    return response.getResponse_asU8();
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(target: string): Client {
    const existing = this.#clients.get(target);
    if (existing !== undefined) return existing;
    const client = new callbackRpc.CallbacksClient(target, grpc.credentials.createInsecure(), channelOptions);
    this.#clients.set(target, client);
    return client;
  }
}
