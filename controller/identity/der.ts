/** What certificates need of ASN.1's distinguished encoding, and no more. Reading is for what OpenSSL has accepted before. */
export interface DerValue {
  readonly tag: number;
  /** The whole encoding, with tag and length. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: its tag, its length, and its parts one after the other. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...encodedLength(length)]), ...parts]);
}

function encodedLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(tags.sequence, ...parts);
}

/** `explicit(3, …)` is what ASN.1 writes as `[3]` around a value. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return der(0xa0 | number, ...parts);
}

export function text(content: string): Uint8Array {
  return der(tags.utf8String, Buffer.from(content));
}

/** A BIT STRING of whole bytes, or one that leaves out the last `unused` bits. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return der(tags.bitString, Buffer.from([unused]), bytes);
}

/** `objectIdentifier("2.5.29.14")`. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(number: number): readonly number[] {
  const bytes = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}

/** A time in whole seconds; RFC 5280 wants two digits for the year until 2049 and four from then on. */
export function time(moment: Date): Uint8Array {
  const digits = moment.toISOString().replace(/\.\d+|[-:T]/g, "");
  return moment.getUTCFullYear() < 2050
    ? der(tags.utcTime, Buffer.from(digits.slice(2)))
    : der(tags.generalizedTime, Buffer.from(digits));
}

/** The values that stand one after the other in `content`. Throws when one runs past the end. */
export function derValues(content: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let rest = content; rest.length > 0;) {
    const value = firstValue(rest);
    values.push(value);
    rest = rest.subarray(value.whole.length);
  }
  return values;
}

function firstValue(bytes: Uint8Array): DerValue {
  const [tag = 0, short = 0] = bytes;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? short : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (lengthBytes > 4 || bytes.length < start + length) throw new RangeError("a DER value runs past its end");
  return { tag, whole: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}
