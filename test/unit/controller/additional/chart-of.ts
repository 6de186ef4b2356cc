import { gzipSync } from "node:zlib";

/** A file of a tar; `type` is the format's own letter. */
export interface TarFile {
  readonly name: string;
  readonly content?: string;
  readonly type?: string;
}

/** A chart's archive as `helm package` makes it, with these templates. */
export function chartOf(templates: Readonly<Record<string, string>>, chart = "name: test\nversion: 1.0.0"): Uint8Array {
  return packed([
    { name: "test/Chart.yaml", content: `apiVersion: v2\n${chart}\n` },
    ...Object.entries(templates).map(([name, content]) => ({ name: `test/${name}`, content })),
  ]);
}

/** A gzipped tar. */
export function packed(files: readonly TarFile[]): Uint8Array {
  return gzipSync(Buffer.concat([...files.map(tarEntry), Buffer.alloc(1024)]));
}

function tarEntry({ name, content = "", type = "0" }: TarFile): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((left, right) => left + right, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const size = Math.ceil(Buffer.byteLength(content) / 512) * 512;
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc(size - Buffer.byteLength(content))]);
}
