import type { KubeObject } from "../../kube/objects.ts";

/** An Extension as tests look at it. */
export interface ExtensionView {
  readonly metadata: {
    readonly generation: number;
    readonly annotations: Readonly<Record<string, string>>;
    readonly finalizers: readonly string[];
    readonly resourceVersion: string;
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly lastOperation?: Readonly<Record<"type" | "state" | "description" | "lastUpdateTime", string>>;
    readonly lastError?: { readonly description: string; readonly codes?: readonly string[] };
    readonly conditions?: readonly Readonly<Record<"type" | "status" | "reason" | "message", string>>[];
  };
}

/** An Extension with annotations, finalizers and status, if only empty ones. */
export function viewOf(object: KubeObject): ExtensionView {
  const { annotations = {}, finalizers = [] } = object.metadata;
  const status = object["status"] ?? {};
  return { metadata: { ...object.metadata, annotations, finalizers }, status } as unknown as ExtensionView;
}

/** An Extension on one line, for messages. */
export function inShort({ metadata, status }: KubeObject): string {
  const { namespace, annotations, finalizers } = metadata;
  return JSON.stringify({ namespace, annotations, finalizers, status });
}
