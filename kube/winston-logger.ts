import winston from "winston";
import type { Logger } from "./logger.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export const logFormats = ["json", "text"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];

/** The log of a program: lines on standard error, as JSON (Gardener's fluent-bit reads these) or as text. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const { combine, timestamp, json, printf } = winston.format;
  const text = printf(({ timestamp: time, level: lineLevel, message, ...fields }) =>
    [String(time), lineLevel, String(message), Object.keys(fields).length > 0 ? JSON.stringify(fields) : ""]
      .join(" ")
      .trimEnd(),
  );
  const log = winston.createLogger({
    level,
    format: combine(timestamp(), format === "json" ? json() : text),
  });
  // winston's types say two things about the same class.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  log.add(new winston.transports.Console({ stderrLevels: [...logLevels] }));
  const line =
    (lineLevel: LogLevel): Logger["info"] =>
    (message, fields = {}) =>
      void log.log(lineLevel, message, fields);
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
