import { close, open, url } from "node:inspector";

/** Opens Node's inspector, as `node --inspect` does; resolves to where it listens and how it is closed again. */
export function openInspector({ host, port }: { readonly host: string; readonly port: number }): {
  readonly url: string;
  readonly close: () => void;
} {
  open(port, host);
  return { url: url() ?? "", close };
}
