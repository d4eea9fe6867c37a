import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import {
  archiveSignature,
  assetSignature,
  holdsMark,
  maxDepth,
  outputSignature,
  type PropertyMap,
  type PropertyValue,
  providerKey,
  resourceSignature,
  secretSignature,
  signatureKey,
  unknown,
} from "./values.ts";

type PropertyStruct = InstanceType<typeof structPb.Struct>;
type StructValue = InstanceType<typeof structPb.Value>;

const byteStringSignature = "803fd3297a5875dc03ca845dda5d2a98";
const signatures = new Set([
  ...[secretSignature, assetSignature, archiveSignature],
  ...[resourceSignature, outputSignature, byteStringSignature],
]);

/** @throws {RangeError} for a value that nests deeper than any real one */
export function fromStruct(struct: PropertyStruct | undefined): PropertyMap {
  return struct === undefined ? {} : readStruct(struct, 0);
}

/** The same for one value, such as that of an option. */
export function fromValue(value: StructValue | undefined): PropertyValue | undefined {
  return value === undefined ? undefined : readValue(value, 0);
}

export function toStruct(properties: PropertyMap): PropertyStruct {
  return structPb.Struct.fromJavaScript(properties);
}

/** @throws {Error} for a value with a signature that nobody knows, or without what its signature promises */
function checkSignature(value: PropertyMap): PropertyMap {
  const signature = value[signatureKey];
  if (signature === undefined) return value;
  if (typeof signature !== "string" || !signatures.has(signature)) {
    throw new Error(`a value has the unknown signature ${JSON.stringify(signature)}`);
  }
  if (signature === secretSignature && value.value === undefined) throw new Error("a secret has no value");
  if (signature === resourceSignature && typeof value.urn !== "string") {
    throw new Error("a reference to a resource has no URN");
  }
  return value;
}

/** A text that is made of an unknown one, which `host/answers.cjs` lets a program do, is not known either. */
function known(text: string): string {
  return holdsMark(text) ? unknown : text;
}

function readStruct(struct: PropertyStruct, depth: number, read: TextReader = known): PropertyMap {
  return Object.fromEntries(
    [...struct.getFieldsMap().entries()].map(([key, value]) => [
      key,
      // Source text may name the mark, such as to compare with it, and is made of no unknown text.
      readValue(value, depth + 1, depth === 0 && key === providerKey ? (text) => text : read),
    ]),
  );
}

type TextReader = (text: string) => string;

function readValue(value: StructValue, depth: number, read: TextReader = known): PropertyValue {
  if (depth > maxDepth) throw new RangeError(`a property nests deeper than ${maxDepth} levels`);
  switch (value.getKindCase()) {
    case structPb.Value.KindCase.STRING_VALUE:
      return read(value.getStringValue());
    case structPb.Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case structPb.Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case structPb.Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((element) =>
        readValue(element, depth + 1, read),
      );
    case structPb.Value.KindCase.STRUCT_VALUE:
      return checkSignature(readStruct(value.getStructValue() ?? new structPb.Struct(), depth, read));
    default:
      return null;
  }
}
