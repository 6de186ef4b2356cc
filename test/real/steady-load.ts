/** What came of a load. */
export interface LoadResult {
  /** How many answers each question got. */
  readonly answers: Readonly<Record<string, number>>;
  /** What was wrong with those that were not as they should be. */
  readonly failures: readonly string[];
}

/** Asks once; resolves to what is wrong with the answer, undefined when nothing is. */
export type Question = () => Promise<string | undefined>;

/** Asks each question again as soon as it is answered, for as long as `work` goes on, `askers` at the same time. */
export async function underLoad(
  questions: Readonly<Record<string, { readonly askers: number; readonly ask: Question }>>,
  work: () => Promise<void>,
): Promise<LoadResult> {
  const state = { isOver: false };
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  const askOnAndOn = async (name: string, ask: Question): Promise<void> => {
    while (!state.isOver) {
      const wrong = await ask().catch(String);
      answers[name] = (answers[name] ?? 0) + 1;
      if (wrong !== undefined) failures.push(`${name} ${String(answers[name])}: ${wrong}`);
    }
  };
  const asking = Object.entries(questions).flatMap(([name, { askers, ask }]) =>
    Array.from({ length: askers }, () => askOnAndOn(name, ask)),
  );
  try {
    await work();
  } finally {
    state.isOver = true;
    await Promise.all(asking);
  }
  return { answers, failures };
}
