/** The figures of one benchmark. CPU time, not wall time: these machines share their cores. */
export interface Figures {
  readonly name: string;
  readonly unit: "ms CPU" | "MB" | "ms";
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly samples: number;
  /** What the issue asks for, in the same unit. */
  readonly limit: number;
}

/** Median and spread of samples, rounded to a hundredth. */
export function summarize(name: string, unit: Figures["unit"], samples: readonly number[], limit: number): Figures {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share: number): number => Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 100) / 100;
  return { name, unit, median: at(0.5), lowest: at(0), highest: at(1), samples: samples.length, limit };
}

/** CPU milliseconds of one call of `run`, measured `samples` times over `repeat` calls each, after as many to warm up. */
export async function cpuMilliseconds(
  run: () => unknown,
  { samples = 15, repeat = 20 } = {},
): Promise<readonly number[]> {
  const once = async (): Promise<number> => {
    const before = process.cpuUsage();
    for (let call = 0; call < repeat; call += 1) await run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / repeat;
  };
  for (let round = 0; round < 5; round += 1) await once();
  const measured: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) measured.push(await once());
  return measured;
}
