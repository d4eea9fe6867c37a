import * as grpc from "@grpc/grpc-js";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { Doorway } from "./doorway.ts";
import { readMessage } from "./wire-text.ts";

/** The size of message that Pulumi's own SDK accepts, in bytes. */
export const maxMessageBytes = 400 * 1024 * 1024;

/** Makes a unary handler of an async function; what it throws becomes the call's status. */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    new Promise<Response>((resolve) => {
      resolve(handle(call.request));
    }).then(
      (response) => callback(null, response),
      (error: unknown) => {
        const code = error instanceof Failure ? grpc.status.FAILED_PRECONDITION : grpc.status.UNKNOWN;
        callback({ code, details: reasonOf(error) });
      },
    );
  };
}

/** A method of a service; each takes the request of its own type. */
type UnaryMethod = { of(request: object): unknown }["of"];

/** The methods of a service, by name. */
export type UnaryMethods = Readonly<Record<string, UnaryMethod>>;

/** The same as handlers for a server. */
export function unaries(methods: UnaryMethods): grpc.UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, unary(method)]));
}

/** How much a guest may send. */
export interface SendLimits {
  /** Bytes of one message. */
  messageBytes: number;
  /** Bytes of all messages together, of which each counts for {@link leastBytes} at least. */
  totalBytes: number;
}

/** What a message costs that says hardly anything, in bytes. */
const leastBytes = 1024;

/** A server that takes no more than it can hold of a guest that never stops. */
export class BoundedServer extends grpc.Server {
  /** Rejects when a guest has sent too much; never resolves. */
  readonly exceeded: Promise<never>;
  #left: number;
  #unread: (method: string, reason: string) => void;
  #exceed: (error: Failure) => void = () => undefined;

  /** @param unread told of each message that cannot be read, beside whoever sent it */
  constructor({ messageBytes, totalBytes }: SendLimits, unread: (method: string, reason: string) => void) {
    super({
      "grpc.max_receive_message_length": messageBytes,
      "grpc.max_send_message_length": maxMessageBytes,
    });
    this.#left = totalBytes;
    this.#unread = unread;
    this.exceeded = new Promise((_, reject) => {
      this.#exceed = (error) => {
        reject(error);
        throw error;
      };
    });
    this.exceeded.catch(() => undefined);
  }

  override addService(service: grpc.ServiceDefinition, methods: grpc.UntypedServiceImplementation): void {
    const bounded = Object.entries(service).map(([name, method]) => [
      name,
      { ...method, requestDeserialize: (bytes: Buffer) => this.#read(name, method, bytes) },
    ]);
    const answering = Object.entries(methods).map(([name, answer]) => [name, unlessUnread(answer)]);
    super.addService(Object.fromEntries(bounded), Object.fromEntries(answering));
  }

  #read(name: string, { requestDeserialize }: grpc.MethodDefinition<object, object>, bytes: Buffer): object {
    const counted = this.#counted(bytes);
    try {
      return readMessage(counted, requestDeserialize);
    } catch (error) {
      const reason = reasonOf(error);
      this.#unread(name, reason);
      return new Unread(reason);
    }
  }

  #counted(bytes: Buffer): Buffer {
    this.#left -= Math.max(bytes.length, leastBytes);
    if (this.#left < 0)
      this.#exceed(
        new Failure("limit", "stopped: the program or a pack sent more than an isolated preview holds"),
      );
    return bytes;
  }
}

/** Stands for a request that could not be read; the library itself would not answer why. */
class Unread {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function unlessUnread(answer: grpc.UntypedHandleCall): grpc.UntypedHandleCall {
  const answerUnary: grpc.handleUnaryCall<unknown, unknown> = (call, callback) => {
    if (call.request instanceof Unread)
      callback({ code: grpc.status.INTERNAL, details: call.request.reason });
    else Reflect.apply(answer, undefined, [call, callback]);
  };
  return answerUnary;
}

/**
 * Offers services to all who come through a doorway.
 *
 * @returns what ends that and closes the doorway
 */
export function serve(server: grpc.Server, doorway: Doorway): () => void {
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  doorway.leadTo((socket) => injector.injectConnection(socket));
  return () => {
    server.forceShutdown();
    doorway.close();
  };
}
