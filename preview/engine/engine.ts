import { stripVTControlCharacters } from "node:util";
import type * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { originsPrefix } from "../../config/origin-message.ts";
import { isVersionRange } from "../../project/version.ts";
import { unary } from "./grpc.ts";

export type LogSeverity = "info" | "warning" | "error";

export interface LogEntry {
  severity: LogSeverity;
  message: string;
  /** The resource it is about; empty for the program as a whole. */
  urn: string;
}

/** Log entries are kept up to this number; more are counted only. */
const maxEntries = 1000;
/** Characters kept of what the program says of its settings. */
const maxOrigins = 8_000_000;
/** What `host/inspector.cjs` sends, as debug output. */
const serializesMessage = "optropic:serializes";
/** What `host/quiet.cjs` sends of messages that it does not. */
const leftMessage = /^optropic:left:(\d{1,9})$/;
/** Characters kept of one entry. */
const maxLength = 20_000;

const severities = new Map<number, LogSeverity>([
  [enginePb.LogSeverity.INFO, "info"],
  [enginePb.LogSeverity.WARNING, "warning"],
  [enginePb.LogSeverity.ERROR, "error"],
]);

/** Pulumi's Engine service, as far as a preview's program and packs call it: logs and the root resource. */
export class Engine {
  /** Called when the program begins to serialize functions, as the providers that it brings itself are. */
  serializes: () => void = () => undefined;
  #log: LogEntry[] = [];
  #dropped = 0;
  #failed = false;
  #root = "";
  #origins: string[] = [];
  #originsLength = 0;

  addTo(server: grpc.Server): void {
    const implementation: Pick<
      grpc.UntypedServiceImplementation,
      "log" | "getRootResource" | "setRootResource" | "startDebugging" | "requirePulumiVersion"
    > = {
      log: unary((request: InstanceType<typeof enginePb.LogRequest>) => {
        this.#add(request);
        return new emptyPb.Empty();
      }),
      getRootResource: unary(() => {
        const response = new enginePb.GetRootResourceResponse();
        response.setUrn(this.#root);
        return response;
      }),
      setRootResource: unary((request: InstanceType<typeof enginePb.SetRootResourceRequest>) => {
        this.#root = request.getUrn();
        return new enginePb.SetRootResourceResponse();
      }),
      startDebugging: unary(() => new emptyPb.Empty()),
      // There is no CLI whose version a program could require, but what is no range the engine refuses too.
      requirePulumiVersion: unary((request: InstanceType<typeof enginePb.RequirePulumiVersionRequest>) => {
        const range = request.getPulumiVersionRange();
        if (!isVersionRange(range)) throw new Error(`${JSON.stringify(range)} is not a range of versions`);
        return new enginePb.RequirePulumiVersionResponse();
      }),
    };
    server.addService(engineRpc.EngineService, implementation);
  }

  /** What was logged of one severity, in order. */
  messages(severity: LogSeverity): string[] {
    return this.#log.flatMap((entry) => (entry.severity === severity ? [entry.message.trim()] : []));
  }

  /** What was logged, and how much more was left out. */
  get log(): LogEntry[] {
    if (this.#dropped === 0) return this.#log;
    const message = `${this.#dropped} more messages were left out`;
    return [...this.#log, { severity: "warning", message, urn: "" }];
  }

  /** What the program said of its settings' part in its resources, as text. */
  get origins(): readonly string[] {
    return this.#origins;
  }

  warn(message: string, urn: string): void {
    this.#keep({ severity: "warning", message, urn });
  }

  #add(request: InstanceType<typeof enginePb.LogRequest>): void {
    const severity = severities.get(request.getSeverity());
    if (severity === undefined) this.#takeNote(request.getMessage());
    // What has no severity here is debug output; ephemeral entries are progress.
    if (severity === undefined || request.getEphemeral()) return;
    this.#keep({ severity, message: request.getMessage(), urn: request.getUrn() });
  }

  #takeNote(message: string): void {
    const [, left] = leftMessage.exec(message) ?? [];
    if (left !== undefined) this.#dropped += Number(left);
    else if (message === serializesMessage) this.serializes();
    else this.#keepOrigins(message);
  }

  #keepOrigins(message: string): void {
    if (!message.startsWith(originsPrefix) || this.#originsLength + message.length > maxOrigins) return;
    this.#originsLength += message.length;
    this.#origins.push(message.slice(originsPrefix.length));
  }

  #keep(entry: LogEntry): void {
    // The first error is kept however much came before it: it is why the preview fails.
    if (this.#log.length >= maxEntries && (entry.severity !== "error" || this.#failed)) {
      this.#dropped += 1;
      return;
    }
    this.#failed ||= entry.severity === "error";
    // An SDK colours the stack traces that it logs; whoever shows them chooses colours.
    const message = stripVTControlCharacters(entry.message.slice(0, maxLength));
    this.#log.push({ ...entry, message });
  }
}
