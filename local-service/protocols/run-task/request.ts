import { isJsonObject, show, type JsonObject } from '../../json';
import { findModel, type RunTaskModel } from './models';
import { checkParameters, readParameters, type TaskParameters } from './parameters';

/** The task that a `run-task` describes. */
export interface TaskRequest {
  taskId: string;
  modelName: string;
  model: RunTaskModel;
  parameters: TaskParameters;
}

/** Why a task fails: `header.error_code` and `header.error_message` (protocol.md B.6). */
export interface TaskFailure {
  code: string;
  message: string;
}

/** Keys of `run-task` without which the service runs nothing (protocol.md B.2.1). */
const REQUIRED = [
  'header.action',
  'header.task_id',
  'header.streaming',
  'payload.task_group',
  'payload.task',
  'payload.function',
  'payload.model',
  'payload.parameters.format',
  'payload.parameters.sample_rate',
  'payload.input',
];

/** Keys that have only one value for speech recognition. */
const FIXED: Readonly<Record<string, string>> = {
  'header.streaming': 'duplex',
  'payload.task_group': 'audio',
  'payload.task': 'asr',
  'payload.function': 'recognition',
};

/** Reads and checks a `run-task`. */
export function readRunTask(frame: JsonObject): { request: TaskRequest } | { failure: TaskFailure } {
  for (const path of REQUIRED) {
    const value = valueAt(frame, path);
    if (value === undefined || value === null || value === '') {
      return invalid(`Missing required parameter '${path}'! Please follow the protocol!`);
    }
  }
  for (const [path, wanted] of Object.entries(FIXED)) {
    const value = valueAt(frame, path);
    if (value !== wanted)
      return invalid(`Invalid value of '${path}': expected '${wanted}', got ${show(value)}.`);
  }
  const taskId = valueAt(frame, 'header.task_id');
  if (typeof taskId !== 'string')
    return invalid(`Invalid value of 'header.task_id': expected a string, got ${show(taskId)}.`);
  const input = valueAt(frame, 'payload.input');
  if (!isJsonObject(input))
    return invalid(`Invalid value of 'payload.input': expected an object, got ${show(input)}.`);
  const contextProblem = checkContext(input);
  if (contextProblem) return invalid(contextProblem);

  const name = valueAt(frame, 'payload.model');
  const model = typeof name === 'string' ? findModel(name) : undefined;
  if (typeof name !== 'string' || !model)
    return { failure: { code: 'ModelNotFound', message: `Model not found (${show(name)})!` } };

  const given = valueAt(frame, 'payload.parameters');
  const parameters = isJsonObject(given) ? given : {};
  const problem = checkParameters(parameters) ?? checkSampleRate(model, parameters.sample_rate);
  return problem
    ? invalid(problem)
    : { request: { taskId, modelName: name, model, parameters: readParameters(parameters) } };
}

/** `payload.input.context` of `run-task` and `continue-task` (protocol.md B.2.1). */
export function checkContext(input: JsonObject): string | undefined {
  const { context } = input;
  const isTurn = (turn: unknown): boolean =>
    isJsonObject(turn) && (turn.role === 'user' || turn.role === 'assistant') && Array.isArray(turn.content);
  return context === undefined || (Array.isArray(context) && context.every(isTurn))
    ? undefined
    : `Invalid value of 'payload.input.context': expected a list of turns with role and content, got ${show(context)}.`;
}

function checkSampleRate({ sampleRateHz }: RunTaskModel, rate: unknown): string | undefined {
  return sampleRateHz === undefined || rate === sampleRateHz
    ? undefined
    : `Invalid value of 'payload.parameters.sample_rate': this model takes ${sampleRateHz}, got ${show(rate)}.`;
}

/** The value at a path such as `payload.parameters.format`. */
export function valueAt(frame: JsonObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), frame);
}

function invalid(message: string): { failure: TaskFailure } {
  return { failure: { code: 'InvalidParameter', message } };
}
