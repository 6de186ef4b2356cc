import type { Stage } from "./stage.ts";

/** Something that is done to a shoot, and whatever the controller does because of it. */
export interface Flow {
  readonly name: string;
  /** The only namespace in which this can be done; absent, any will do, and many at a time. */
  readonly onlyIn?: string;
  /** Brings shoots so far that the flow may begin; nothing is disturbed meanwhile. */
  readonly prepare: (stage: Stage, namespaces: readonly string[]) => Promise<void>;
  /** The steps for one shoot, after it was prepared. */
  readonly begin: (stage: Stage, namespace: string) => Promise<readonly Step[]>;
  /** What is done once for all shoots, after the first step. */
  readonly forAll?: (stage: Stage) => Promise<void>;
}

/** One step of a flow for one shoot; the next one is made when this one has come to its end. */
export interface Step {
  readonly act: () => Promise<void>;
  readonly isOver: () => Promise<boolean>;
}

/** Takes a flow through all its steps for some shoots at once. A shoot for which `isLost` counts as having come to the end of each step. */
export async function play(
  stage: Stage,
  flow: Flow,
  {
    namespaces,
    disturb = () => undefined,
    isLost = () => false,
  }: {
    readonly namespaces: readonly string[];
    readonly disturb?: () => void;
    readonly isLost?: (namespace: string) => boolean;
  },
): Promise<void> {
  await flow.prepare(stage, namespaces);
  const shoots = await Promise.all(
    namespaces.map(async (namespace) => ({ namespace, steps: await flow.begin(stage, namespace) })),
  );
  disturb();
  const count = Math.max(...shoots.map(({ steps }) => steps.length));
  for (let turn = 0; turn < count; turn++) {
    const now = shoots.flatMap(({ namespace, steps }) => {
      const step = steps[turn];
      return step === undefined ? [] : [{ namespace, ...step }];
    });
    await Promise.all(now.map(({ act }) => act()));
    if (turn === 0) await flow.forAll?.(stage);
    await untilAll(stage, now, (each) => (isLost(each.namespace) ? Promise.resolve(true) : each.isOver()));
  }
}

/** Waits until `isSo` has been true once for each of them. */
export async function untilAll<T extends { readonly namespace: string }>(
  stage: Stage,
  all: readonly T[],
  isSo: (each: T) => Promise<boolean>,
): Promise<void> {
  let left = all;
  const look = async (): Promise<boolean> => {
    const answers = await Promise.all(left.map(isSo));
    left = left.filter((_each, index) => answers[index] !== true);
    return left.length === 0;
  };
  await stage.until("the end of a step", look).catch((error: unknown) => {
    const names = left.map(({ namespace }) => namespace).join(", ");
    throw new Error(`not over: ${names}`, { cause: error });
  });
}
