import type { Json } from '../services/service';
import { CharReader } from './char-reader';
import { runtimeFailure, StateFailure } from './failure';
import { intrinsicFunctions } from './intrinsic-functions';

/** What intrinsic functions need of the state that calls them. */
export interface IntrinsicScope {
  readonly resolve: (path: string) => Json;
  /** Seeded, uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Evaluates an intrinsic function call, its arguments included:
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 * @throws StateFailure `States.Runtime`, as AWS reports every failure of an intrinsic function
 */
export function evaluateIntrinsic(expression: string, scope: IntrinsicScope): Json {
  const reader = new CharReader(expression, 'The intrinsic function');
  try {
    const value = evaluateCall(reader, scope);
    reader.skipSpace();
    if (!reader.done) reader.fail('expected the end');
    return value;
  } catch (error) {
    if (error instanceof StateFailure || !(error instanceof Error)) throw error;
    throw runtimeFailure(`The function '${expression}' had the following error: ${error.message}`);
  }
}

function evaluateCall(reader: CharReader, scope: IntrinsicScope): Json {
  const name = reader.match(/States\.(\w+)/y)?.slice('States.'.length);
  const implementation = name === undefined ? undefined : intrinsicFunctions[name];
  if (implementation === undefined) return reader.fail('no such intrinsic function');
  reader.expect('(');
  const values: Json[] = [];
  reader.skipSpace();
  if (!reader.take(')')) {
    do {
      values.push(evaluateArgument(reader, scope));
    } while (reader.take(','));
    reader.expect(')');
  }
  return implementation(values, scope.random);
}

function evaluateArgument(reader: CharReader, scope: IntrinsicScope): Json {
  reader.skipSpace();
  const value = readValue(reader, scope);
  reader.skipSpace();
  return value;
}

function readValue(reader: CharReader, scope: IntrinsicScope): Json {
  if (reader.peek('States.')) return evaluateCall(reader, scope);
  if (reader.peek('$')) return scope.resolve(reader.until(',)').trim());
  if (reader.peek("'")) {
    // The four escapes of the specification; any other backslash stands for itself, and those of braces are
    // left for States.Format.
    const text = reader.match(/'(?:\\.|[^'\\])*'/sy) ?? reader.fail('a string is not closed');
    return text.slice(1, -1).replace(/\\(['\\])/g, '$1');
  }
  const literal = reader.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y);
  return literal === undefined ? reader.fail('expected a value') : JSON.parse(literal);
}
