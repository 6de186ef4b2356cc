import { sliceReader } from "../../falco/api/decode.ts";
import type { FromSchema, ObjectSchema } from "../../falco/api/schema.ts";

const text = { type: "string" } as const;
const whole = { type: "integer" } as const;

const state = {
  type: "object",
  properties: {
    waiting: { type: "object", properties: { reason: text, message: text } },
    running: { type: "object", properties: { startedAt: text } },
    terminated: {
      type: "object",
      properties: { exitCode: whole, reason: text, message: text, finishedAt: text },
    },
  },
} as const;

const containers = {
  type: "array",
  items: {
    type: "object",
    required: ["name"],
    properties: { name: text, image: text, restartCount: whole, state, lastState: state },
  },
} as const;

const conditions = {
  type: "array",
  items: {
    type: "object",
    required: ["type", "status"],
    properties: { type: text, status: text, reason: text, message: text, lastTransitionTime: text },
  },
} as const;

const podSchema = {
  type: "object",
  required: ["metadata"],
  properties: {
    metadata: {
      type: "object",
      required: ["name"],
      properties: {
        name: text,
        creationTimestamp: text,
        deletionTimestamp: text,
        labels: { type: "object", additionalProperties: text },
      },
    },
    status: {
      type: "object",
      properties: {
        conditions,
        initContainerStatuses: containers,
        containerStatuses: containers,
      },
    },
  },
} as const satisfies ObjectSchema;

const daemonSetSchema = {
  type: "object",
  required: ["metadata"],
  properties: {
    metadata: { type: "object", properties: { generation: whole } },
    status: { type: "object", properties: { observedGeneration: whole } },
  },
} as const satisfies ObjectSchema;

/** A pod, as far as it matters why it is not ready. */
export type Pod = FromSchema<typeof podSchema>;
export type PodCondition = FromSchema<typeof conditions>[number];
export type ContainerStatus = FromSchema<typeof containers>[number];

export const readPod = sliceReader(podSchema);
export const readDaemonSet = sliceReader(daemonSetSchema);
