/** Details of a log line; never the content of a Secret or a credential. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Where log lines go. The programs use winston, tests a list. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}

/** The text of an error without its stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
