import * as grpc from "@grpc/grpc-js";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** The size of message that Pulumi's own SDK accepts, in bytes. */
const maxMessageBytes = 400 * 1024 * 1024;

export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
};

/** Makes a unary call and waits for its answer. */
export function callUnary<Response>(
  call: (callback: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

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

/** Listens on a free loopback port. @returns the address, `127.0.0.1:port` */
export function listen(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${port}`);
      else reject(error);
    });
  });
}
