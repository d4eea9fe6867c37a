import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";

/** The number and the wire type (a length, then bytes) of `id` in the answer to a read. */
const idTag = (5 << 3) | 2;

/**
 * The answer to a read. Newer SDKs take the resource's id from it, and for unknown where it is empty; the SDK of
 * the preview itself may be older than that field, which every reader of the protocol passes over if it must.
 */
export class ReadResponse extends resourcePb.ReadResourceResponse {
  #id = "";

  setKnownId(id: string): void {
    this.#id = id;
  }

  override serializeBinary(): Uint8Array {
    const rest = super.serializeBinary();
    const id = Buffer.from(this.#id);
    return id.length === 0 ? rest : Buffer.concat([rest, Buffer.from([idTag, ...varint(id.length)]), id]);
  }
}

/** A number in groups of seven bits, the lowest first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
