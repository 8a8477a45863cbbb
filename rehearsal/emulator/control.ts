import type { WireReply, WireRequest } from '../wire/wire-protocol';
import type { Json } from '../services/service';
import type { EmulatedAccount } from './account';

interface Route {
  readonly method: 'GET' | 'POST';
  /** Answers with what is sent as JSON. Throws a `BadRequest` where the body cannot be used. */
  readonly answer: (account: EmulatedAccount, body: string) => Json;
}

/** Longest step of the clock, in seconds: 366 days. */
const MAXIMUM_STEP = 366 * 86_400;

const ROUTES: Readonly<Record<string, Route>> = {
  '/_clock/advance': {
    method: 'POST',
    answer: (account, body) => {
      account.advance(readSeconds(body));
      return { now: new Date(account.now).toISOString() };
    },
  },
  '/_trace': { method: 'GET', answer: ({ trace }) => trace },
  '/_estate': { method: 'GET', answer: (account) => account.toEstate() },
};

/**
 * Answers the paths of the emulator itself, all of which begin with `/_`; `undefined` for those of AWS. Errors are
 * `{ "error": text }`: 400 for a wrong body, 404 for an unknown path, 405 for a wrong method.
 */
export function answerControl(
  account: EmulatedAccount,
  request: WireRequest,
): WireReply | undefined {
  if (!request.path.startsWith('/_')) return undefined;
  const route = ROUTES[request.path];
  if (route === undefined) {
    const known = Object.entries(ROUTES).map(([path, { method }]) => `${method} ${path}`);
    return failure(404, `There is no ${request.path}; there are ${known.join(', ')}`);
  }
  if (request.method !== route.method) {
    const text = `${request.path} takes ${route.method}, not ${request.method}`;
    return failure(405, text, { allow: route.method });
  }
  try {
    return reply(200, route.answer(account, request.body.toString('utf8')));
  } catch (error) {
    if (error instanceof BadRequest) return failure(400, error.message);
    throw error;
  }
}

class BadRequest extends Error {}

function readSeconds(body: string): number {
  const wanted = '{"seconds": N} is needed';
  let given: Json;
  try {
    given = JSON.parse(body);
  } catch (error) {
    throw new BadRequest(`The body is no JSON (${(error as Error).message}); ${wanted}`);
  }
  const [key, ...others] = given !== null && typeof given === 'object' ? Object.keys(given) : [];
  if (key !== 'seconds' || others.length > 0) {
    throw new BadRequest(`The body is ${show(given)}; ${wanted}`);
  }
  const { seconds } = given;
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAXIMUM_STEP)) {
    const range = `a number from 0 to ${MAXIMUM_STEP}, which is 366 days`;
    throw new BadRequest(`seconds is ${show(seconds)}; it must be ${range}`);
  }
  return seconds;
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function failure(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return reply(status, { error }, headers);
}

function reply(
  status: number,
  value: Json,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value, bytesAsText, 2)}\n`,
  };
}

/** Bytes as AWS writes them into JSON. */
function bytesAsText(_key: string, value: Json): Json {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
