/** The destinations that every landscape has, by name. */
export const standardDestinationNames = [
  "logging",
  "stdout",
  "custom",
  "opensearch",
  "splunk",
  "central",
  "otlp",
] as const;

export type StandardDestination = (typeof standardDestinationNames)[number];

/** Whether a name is one of the standard destinations. */
export function isStandardDestination(name: string): name is StandardDestination {
  return (standardDestinationNames as readonly string[]).includes(name);
}
