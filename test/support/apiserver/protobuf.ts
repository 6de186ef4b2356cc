/** Kubernetes' protobuf, reading only: what kubectl create and Go's typed clients send. */
import { asArray, asObject, isArray, isObject, type Json, type JsonObject } from "./json.ts";
import { protobufFieldsJson } from "./protobuf-fields.generated.ts";
import { splitApiVersion } from "./resources.ts";

interface Field {
  readonly name: string;
  readonly type: string;
  readonly omitsZero: boolean;
}

/** One value as it is on the wire: a number, or bytes. */
type Wire = bigint | Buffer;

const tables = asObject(JSON.parse(protobufFieldsJson) as Json);
const loaded = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(struct: string): ReadonlyMap<number, Field> | undefined {
  const known = loaded.get(struct);
  if (known !== undefined || !isArray(tables[struct])) return known;
  const fields = new Map<number, Field>();
  for (const row of tables[struct]) {
    const [number, name, type, omit] = asArray(row);
    fields.set(Number(number), { name: text(name), type: text(type), omitsZero: omit === 1 });
  }
  loaded.set(struct, fields);
  return fields;
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** Reads varints and lengths from a buffer. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The next field: its number and value. */
  field(): readonly [number, Wire] {
    const tag = Number(this.varint());
    const wire = tag & 7;
    if (wire === 0) return [tag >> 3, this.varint()];
    return [tag >> 3, this.bytes(wire === 1 ? 8 : wire === 5 ? 4 : Number(this.varint()))];
  }
}

/** All fields of a message, the repeated ones in order. */
function fieldsIn(bytes: Buffer): readonly (readonly [number, Wire])[] {
  const reader = new Reader(bytes);
  const found: (readonly [number, Wire])[] = [];
  while (!reader.done) found.push(reader.field());
  return found;
}

const bufferOf = (value: Wire | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));
const numberOf = (value: Wire | undefined): number =>
  typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0;

function time(bytes: Buffer, digits: number): Json {
  const parts = new Map(fieldsIn(bytes));
  const milliseconds = numberOf(parts.get(1)) * 1000 + numberOf(parts.get(2)) / 1e6;
  // The zero time, in the year 1, is how Go says "none".
  if (parts.size === 0 || milliseconds < -62_000_000_000_000) return null;
  const whole = new Date(milliseconds).toISOString();
  return digits === 0 ? whole.replace(/\.\d+Z$/, "Z") : whole.replace("Z", "000Z");
}

function intOrString(bytes: Buffer): Json {
  const parts = new Map(fieldsIn(bytes));
  return numberOf(parts.get(1)) === 0 ? numberOf(parts.get(2)) : bufferOf(parts.get(3)).toString();
}

const raw = (bytes: Buffer): Json => {
  const json = bufferOf(new Map(fieldsIn(bytes)).get(1)).toString();
  return json === "" ? null : (JSON.parse(json) as Json);
};

const special: Readonly<Record<string, (bytes: Buffer) => Json>> = {
  "meta.Time": (bytes) => time(bytes, 0),
  "meta.MicroTime": (bytes) => time(bytes, 6),
  "meta.FieldsV1": raw,
  "runtime.RawExtension": raw,
  "intstr.IntOrString": intOrString,
  "resource.Quantity": (bytes) => bufferOf(new Map(fieldsIn(bytes)).get(1)).toString(),
};

function scalar(type: string, value: Wire): Json | undefined {
  if (type === "string") return bufferOf(value).toString();
  if (type === "bool") return value !== 0n;
  if (type === "int32" || type === "int64") return numberOf(value);
  if (type === "float64") return bufferOf(value).readDoubleLE(0);
  return type === "[]byte" ? bufferOf(value).toString("base64") : undefined;
}

function valueOf(type: string, value: Wire): Json {
  const plain = scalar(type, value);
  if (plain !== undefined) return plain;
  return special[type]?.(bufferOf(value)) ?? (special[type] === undefined ? message(type, bufferOf(value)) : null);
}

/** The entry of a map: its key and value are the fields 1 and 2. */
function mapEntry(type: string, bytes: Buffer): JsonObject {
  const parts = new Map(fieldsIn(bytes));
  return {
    [bufferOf(parts.get(1)).toString()]: valueOf(
      type.replace(/^map\[[^\]]*\]/, ""),
      parts.get(2) ?? bufferOf(undefined),
    ),
  };
}

function added(type: string, before: Json | undefined, value: Wire): Json {
  const bare = type.replace(/^\*/, "");
  if (bare.startsWith("map[")) return { ...asObject(before), ...mapEntry(bare, bufferOf(value)) };
  if (!bare.startsWith("[]") || bare === "[]byte") return valueOf(bare, value);
  return [...asArray(before), valueOf(bare.slice(2).replace(/^\*/, ""), value)];
}

function isZero(value: Json): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  return isObject(value) && Object.keys(value).length === 0;
}

function message(struct: string, bytes: Buffer): JsonObject {
  const fields = fieldsOf(struct);
  let result: Record<string, Json | undefined> = {};
  for (const [number, value] of fieldsIn(bytes)) {
    const field = fields?.get(number);
    if (field === undefined) continue;
    const decoded = added(field.type, result[field.name], value);
    if (field.name === "") result = { ...result, ...asObject(decoded) };
    // A pointer is only sent when it is set, so what it points to counts even if it is zero.
    else if (!field.omitsZero || field.type.startsWith("*") || !isZero(decoded)) result[field.name] = decoded;
  }
  return result;
}

const MAGIC = "k8s\0";

/** Which Go package a kind is in; the options of requests are in meta whatever their version says. */
function structOf(apiVersion: string, kind: string): string {
  const group = splitApiVersion(apiVersion).group.replace(/\..*/, "");
  return kind.endsWith("Options") ? `meta.${kind}` : `${group === "" ? "core" : group}.${kind}`;
}

/** The object in a protobuf body; undefined for one of a kind that is not known here. */
export function decodeProtobuf(body: Buffer): JsonObject | undefined {
  if (body.subarray(0, 4).toString("latin1") !== MAGIC) return undefined;
  const envelope = new Map(fieldsIn(body.subarray(4)));
  const type = new Map(fieldsIn(bufferOf(envelope.get(1))));
  const apiVersion = bufferOf(type.get(1)).toString();
  const kind = bufferOf(type.get(2)).toString();
  const struct = structOf(apiVersion, kind);
  if (fieldsOf(struct) === undefined) return undefined;
  return { apiVersion, kind, ...message(struct, bufferOf(envelope.get(2))) };
}
