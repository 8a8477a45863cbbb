import { AwsError, type Json, type Scope, type Service } from './service';

const REFERENCE = 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
const MAXIMUM_BYTES = 262_144;

interface EventBridgeState {
  /** Events taken so far, for their ids. */
  taken: number;
}

/** Amazon EventBridge as far as publishing goes. Rules, targets and delivery are the engine's event bus. */
export const eventbridge: Service<EventBridgeState> = {
  id: 'events',
  clientPackage: '@aws-sdk/client-eventbridge',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'put-events',
      text: 'A request has 1 to 10 entries of less than 256 KB together, on the default bus. Each has a source, which must not begin with aws., a detail type and a detail that is a JSON object; one that does not fails alone.',
      source: REFERENCE,
    },
  ],
  createState: () => ({ taken: 0 }),
  operations: {
    PutEvents: {
      mutates: true,
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
      authorize: ({ Entries }, _state, scope) =>
        (Entries as Json[]).map((entry) => ({
          action: 'events:PutEvents',
          resource: busArn(scope),
          context: {
            'events:source': entry.Source ?? '',
            'events:detail-type': entry.DetailType ?? '',
          },
        })),
      handle: (input, state, call) => {
        call.uses('put-events');
        checkRequest(input, call.scope);
        const entries = (input.Entries as Json[]).map((entry) => {
          const problem = missingIn(entry) ?? problemOf(entry);
          if (problem !== undefined) return problem;
          state.taken += 1;
          const EventId = `00000000-0000-4000-b000-${String(state.taken).padStart(12, '0')}`;
          call.emit({
            id: EventId,
            ...(entry.Time !== undefined && { time: secondsOf(entry.Time) }),
            source: entry.Source,
            'detail-type': entry.DetailType,
            resources: entry.Resources ?? [],
            detail: JSON.parse(entry.Detail),
          });
          return { EventId };
        });
        return {
          FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length,
          Entries: entries,
        };
      },
    },
  },
  toEstate: () => ({}),
};

/** @throws {AwsError} what fails the request as a whole */
function checkRequest({ Entries, EndpointId }: Json, scope: Scope): void {
  if (EndpointId !== undefined) throw notImplemented('EndpointId');
  if (!Array.isArray(Entries) || Entries.length < 1 || Entries.length > 10) {
    throw invalid(
      "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have 1 to 10 entries",
    );
  }
  for (const { EventBusName, TraceHeader } of Entries) {
    if (TraceHeader !== undefined) throw notImplemented('TraceHeader');
    if (![undefined, 'default', busArn(scope)].includes(EventBusName)) {
      throw notImplemented(`the event bus ${EventBusName}`);
    }
  }
  const missing = Entries.map(missingIn);
  if (!missing.includes(undefined)) throw invalid(missing[0].ErrorMessage);
  const bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes >= MAXIMUM_BYTES) {
    throw invalid(`Total size of the entries in the request is over the limit: ${bytes} bytes.`);
  }
}

/** As AWS counts an entry: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: Json): number {
  const texts = [Source, DetailType, Detail, ...Resources].filter((text) => text !== undefined);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  return bytes + (Time === undefined ? 0 : 14);
}

/** What an entry lacks: it fails alone, but where all lack something the request does. */
function missingIn(entry: Json): Json {
  const member = ['Source', 'DetailType', 'Detail'].find((name) => !entry[name]);
  return member === undefined
    ? undefined
    : failed(
        'InvalidArgument',
        `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
      );
}

/** What else is wrong with one entry: the others are taken all the same. */
function problemOf({ Source, DetailType, Detail }: Json): Json {
  if (Source.startsWith('aws.')) {
    return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
  if (DetailType.length > 128) {
    return failed(
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: it is longer than 128.',
    );
  }
  return isObject(Detail) ? undefined : failed('MalformedDetail', 'Detail is malformed.');
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Events know no parts of a second. */
function secondsOf(time: Json): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function busArn({ partition, region, account }: Scope): string {
  return `arn:${partition}:events:${region}:${account}:event-bus/default`;
}

function failed(ErrorCode: string, ErrorMessage: string): Json {
  return { ErrorCode, ErrorMessage };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function notImplemented(what: string): AwsError {
  const message = `The rehearsal does not implement ${what} of events:PutEvents.`;
  return new AwsError('NotImplemented', message, 501);
}
