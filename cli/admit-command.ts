import { readShoot } from "../falco/api/gardener.ts";
import { equalJson } from "../falco/base/json.ts";
import { jsonPatch, type PatchOperation } from "../falco/base/json-patch.ts";
import { formatProblem, problem, type Problem } from "../falco/base/problem.ts";
import { toYaml } from "../falco/base/yaml.ts";
import { type AdmissionContext, type AdmissionRequest, readSubject } from "../falco/desired/admission-subject.ts";
import type { ReferencedObjects } from "../falco/desired/facts.ts";
import { mutate } from "../falco/desired/mutate.ts";
import { validate } from "../falco/desired/validate.ts";
import { checkProfile } from "../falco/catalog/check-profile.ts";
import { projectAnnotationsOf, referencedObjects, type Resources } from "./collect-resources.ts";
import {
  type ExitCode,
  exitCodeOf,
  type Finding,
  findingLine,
  type Findings,
  noFindings,
  reportLines,
} from "./findings.ts";
import { identifierOf, type Kind, kindOf } from "./kinds.ts";
import { whyNotOn } from "./not-switched-on.ts";
import { type InputDocument, inputReader } from "./read-input.ts";
import { type InputFiles, type Inputs, readInputs, readOne } from "./read-inputs.ts";
import type { Terminal } from "./terminal.ts";

const admittedKinds = ["Shoot", "Seed", "FalcoProfile"] as const satisfies readonly Kind[];

export interface AdmitOptions {
  readonly files: InputFiles;
  readonly now: Date;
  readonly only?: "mutate" | "validate";
  /** The file with the object before the change; it makes the operation UPDATE. */
  readonly old?: string;
  readonly restrictedUsage: boolean;
  readonly restrictedCentralizedLogging: boolean;
  readonly otlpLogging: boolean;
  readonly output: "json" | "yaml" | "text";
}

/** What the webhooks say together. */
interface Answer {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly object: unknown;
}

/** Says what the admission webhooks would do with an object. Without a usable input there is no answer. */
export async function admitCommand(options: AdmitOptions, terminal: Terminal): Promise<ExitCode> {
  const findings = noFindings();
  const reader = inputReader(terminal.stdin, findings);
  const { files, otlpLogging } = options;
  const inputs = await readInputs(files, { kinds: admittedKinds, otlpLogging }, reader, findings);
  const old = options.old === undefined ? undefined : await readOne(options.old, admittedKinds, reader, findings);
  const { object } = inputs;
  if (object !== undefined && old !== undefined) compareIdentifiers(object, old, findings);
  const answer = object === undefined ? undefined : answerFor({ object, old, inputs, options }, findings);
  terminal.err(reportLines(findings));
  if (exitCodeOf(findings) !== 0 || object === undefined || answer === undefined) return 2;
  terminal.out(
    answerText(options.output, answer, object, (each) => inputs.catalogue.locate(each) ?? object.locate(each)),
  );
  return answer.problems.length === 0 ? 0 : 1;
}

function compareIdentifiers(object: InputDocument, old: InputDocument, { unusable }: Findings): void {
  if (object.value["kind"] === old.value["kind"] && equalJson(identifierOf(object), identifierOf(old))) return;
  const message = `This is not an earlier state of the object in ${object.file}: kind, name and namespace must be the same.`;
  unusable.push(old.locate(problem("FIELD_CONFLICT", "metadata", message)));
}

interface Question {
  readonly object: InputDocument;
  readonly old: InputDocument | undefined;
  readonly inputs: Inputs;
  readonly options: AdmitOptions;
}

function answerFor({ object, old, inputs, options }: Question, findings: Findings): Answer {
  const { now, only } = options;
  if (kindOf(object) === "FalcoProfile") {
    const others = options.files.profile.length === 0 ? [] : inputs.catalogue.profiles;
    const verdict = only === "mutate" ? { problems: [], warnings: [] } : checkProfile(object.value, others, now);
    return { ...verdict, object: object.value };
  }
  const context = contextOf(object, inputs, options, findings);
  const request: AdmissionRequest =
    old === undefined
      ? { operation: "CREATE", object: object.value }
      : { operation: "UPDATE", object: object.value, old: old.value };
  const mutation = only === "validate" ? { object: object.value, warnings: [] } : mutate(request, context);
  if (only === "mutate") return { problems: [], ...mutation };
  const verdict = validate({ ...request, object: mutation.object }, context);
  return { ...verdict, object: mutation.object, warnings: distinct([...mutation.warnings, ...verdict.warnings]) };
}

function contextOf(
  object: InputDocument,
  { resources, landscape, catalogue }: Inputs,
  { now, restrictedUsage, restrictedCentralizedLogging }: AdmitOptions,
  findings: Findings,
): AdmissionContext {
  const { namespace } = identifierOf(object);
  const annotations = namespace === undefined ? {} : projectAnnotationsOf(namespace, resources, findings);
  const restricted = restrictedUsage || restrictedCentralizedLogging;
  if (namespace !== undefined && annotations.namespaceAnnotations === undefined && restricted) {
    findings.notes.push(`The Namespace "${namespace}" is not given: it counts as one without annotations.`);
  }
  return {
    now,
    landscape,
    catalogue: catalogue.catalogue,
    ...annotations,
    referenced: referencedBy(object, resources, findings),
    restrictedUsage,
    restrictedCentralizedLogging,
  };
}

/** As the webhooks see them: of an object that cannot be read, which the validation reports, nothing is known. */
function referencedBy(object: InputDocument, resources: Resources, findings: Findings): ReferencedObjects {
  const subject = readSubject(object.value);
  if (subject.ok && subject.value === undefined) {
    findings.notes.push(`The webhooks decide nothing about this: ${whyNotOn(object)}`);
  }
  const { namespace: project = "garden" } = identifierOf(object);
  const shoot = readShoot(object.value);
  const technicalId = shoot.ok ? shoot.value.status?.technicalID : undefined;
  const namespaces = { project, controlPlane: technicalId ?? project };
  const declared = subject.ok ? (subject.value?.resources ?? []) : [];
  return referencedObjects(declared, resources, namespaces, findings);
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [formatProblem(each), each])).values()];
}

type Locate = (each: Problem) => Finding;

function answerText(output: AdmitOptions["output"], answer: Answer, object: InputDocument, locate: Locate): string {
  const patch = jsonPatch(object.value, answer.object);
  if (output === "text") return plainText(answer, patch, locate);
  const value = {
    allowed: answer.problems.length === 0,
    problems: answer.problems.map(({ code, path, message }) => ({ code, path, message })),
    warnings: answer.warnings.map((each) => formatProblem(each)),
    object: answer.object,
    patch,
  };
  return output === "yaml" ? toYaml(value) : `${JSON.stringify(value, undefined, 2)}\n`;
}

function plainText({ problems, warnings }: Answer, patch: readonly PatchOperation[], locate: Locate): string {
  const lines = [
    problems.length === 0 ? "allowed" : "denied",
    ...problems.map((each) => `problem: ${findingLine(locate(each))}`),
    ...warnings.map((each) => `warning: ${findingLine(locate(each))}`),
    ...patch.map((each) => `${each.op} ${each.path}${"value" in each ? ` ${JSON.stringify(each.value)}` : ""}`),
  ];
  return `${lines.join("\n")}\n`;
}
