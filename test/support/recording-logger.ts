import type { LogFields, Logger } from "../../kube/logger.ts";

/** One line that was logged, whatever its level. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that adds each line to `lines`, and says so. */
export function recordingLogger(lines: LogLine[], added: () => void): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields });
      added();
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
