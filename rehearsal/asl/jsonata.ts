import * as fs from 'node:fs';
import * as vm from 'node:vm';
import type { Json } from '../services/service';
import { queryFailure } from './failure';
import { jsonataFunctions } from './jsonata-functions';
import type { Scope } from './scope';
import { DrainedPromise } from './drained-promise';

/** What `$states` holds besides the context object, by where the expression stands. */
export interface JsonataScope extends Scope {
  readonly states: {
    readonly input: Json;
    readonly result?: Json;
    readonly errorOutput?: Json;
  };
}

/** A parsed expression. */
export interface Expression {
  evaluate(input: unknown, bindings: Record<string, unknown>): DrainedPromise;
}

/** What the library may know of the world while it evaluates: the time and the random stream of the execution. */
const ambient = { now: 0, random: (): number => 0 };

const parse = loadSynchronously();
const expressions = new Map<string, Expression>();

/** Whether a string is a JSONata expression: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export function isJsonata(value: Json): value is string {
  return typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');
}

/**
 * Evaluates all expressions in the value of a field, however deep.
 * @param field how AWS names the place, such as `Output/result`
 * @throws StateFailure `States.QueryEvaluationError`
 */
export function evaluateJsonata(value: Json, field: string, scope: JsonataScope): Json {
  if (isJsonata(value)) return evaluateExpression(value, field, scope);
  if (Array.isArray(value)) {
    return value.map((item, index) => evaluateJsonata(item, `${field}[${index}]`, scope));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<Json>(value).map(([name, member]) => [
      name,
      evaluateJsonata(member, `${field}/${name}`, scope),
    ]),
  );
}

function evaluateExpression(marked: string, field: string, scope: JsonataScope): Json {
  const text = expressionText(marked);
  const what = `The JSONata expression '${text}' specified for the field '${field}'`;
  ambient.now = scope.now;
  ambient.random = scope.random;
  let value: unknown;
  try {
    value = parseJsonata(marked)
      .evaluate(undefined, {
        ...scope.variables,
        ...jsonataFunctions(scope.random),
        states: { ...scope.states, context: scope.context },
      })
      .drain();
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    throw queryFailure(
      `${what} threw an error during evaluation. ${code === undefined ? '' : `${code}: `}${message}`,
      field,
    );
  }
  if (value === undefined) throw queryFailure(`${what} returned nothing (undefined).`, field);
  if (!isPlain(value)) throw queryFailure(`${what} returned an unsupported result type.`, field);
  // The library marks its sequences with hidden members, which a copy loses.
  return JSON.parse(JSON.stringify(value));
}

/** An expression without its `{%` and `%}`. */
export function expressionText(marked: string): string {
  return marked.slice('{%'.length, -'%}'.length).trim();
}

/**
 * Parses an expression that stands between `{%` and `%}`.
 * @throws an object with `code` and `message` where it is not valid
 */
export function parseJsonata(marked: string): Expression {
  const text = expressionText(marked);
  const known = expressions.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text);
  expressions.set(text, parsed);
  return parsed;
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return true;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return false;
  return Object.values(value).every(isPlain);
}

/**
 * Loads the library so that it evaluates at once. `evaluate` is asynchronous only for the sake of functions that
 * are, of which we bind none; its ES5 build drives generators with the global `Promise`. So that build is run with
 * a `DrainedPromise` in its place, and with a clock and randomness that are those of the execution.
 */
function loadSynchronously(): (text: string) => Expression {
  const file = require.resolve('jsonata/jsonata-es5.js');
  const module: { exports: Json } = { exports: {} };
  class VirtualDate extends Date {
    constructor(...values: []) {
      if (values.length === 0) super(ambient.now);
      else super(...values);
    }
  }
  const math = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Math)) as Math;
  math.random = () => ambient.random();
  const run = vm.compileFunction(
    fs.readFileSync(file, 'utf8'),
    ['module', 'exports', 'Promise', 'Date', 'Math'],
    { filename: file },
  );
  run(module, module.exports, DrainedPromise, VirtualDate, math);
  return module.exports;
}
