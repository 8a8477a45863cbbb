import { AwsError, type Json, type Service } from './service';

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
      text: 'A request has 1 to 10 entries of 256 KB together, on the default bus. Each has a source, which must not begin with aws., a detail type and a detail that is a JSON object; one that does not fails alone.',
      source: REFERENCE,
    },
  ],
  createState: () => ({ taken: 0 }),
  operations: {
    PutEvents: {
      mutates: true,
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
      authorize: (input, _state, { partition, account, region }) =>
        ((input.Entries ?? [{}]) as Json[]).map((entry) => ({
          action: 'events:PutEvents',
          resource: `arn:${partition}:events:${region}:${account}:event-bus/default`,
          context: {
            'events:source': entry.Source ?? '',
            'events:detail-type': entry.DetailType ?? '',
          },
        })),
      handle: (input, state, call) => {
        call.uses('put-events');
        checkRequest(input);
        const entries = (input.Entries as Json[]).map((entry) => {
          const problem = problemOf(entry);
          if (problem !== undefined) return problem;
          call.emit({
            source: entry.Source,
            'detail-type': entry.DetailType,
            resources: entry.Resources ?? [],
            detail: JSON.parse(entry.Detail),
          });
          state.taken += 1;
          const suffix = String(state.taken).padStart(12, '0');
          return { EventId: `00000000-0000-4000-9000-${suffix}` };
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

function checkRequest({ Entries, EndpointId }: Json): void {
  if (EndpointId !== undefined) {
    const message = 'The rehearsal does not implement EndpointId of events:PutEvents.';
    throw new AwsError('NotImplemented', message, 501);
  }
  if (!Array.isArray(Entries) || Entries.length < 1 || Entries.length > 10) {
    const message =
      "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have 1 to 10 entries";
    throw new AwsError('ValidationException', message);
  }
  for (const { EventBusName } of Entries) {
    if (EventBusName !== undefined && !/(^|\/)default$/.test(EventBusName)) {
      const message = `The rehearsal knows the default event bus only, not ${EventBusName}.`;
      throw new AwsError('NotImplemented', message, 501);
    }
  }
  const bytes = (Entries as Json[]).reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > MAXIMUM_BYTES) {
    const message = `Total size of the entries in the request is over the limit: ${bytes} bytes.`;
    throw new AwsError('ValidationException', message);
  }
}

/** As AWS counts an entry: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: Json): number {
  const texts = [Source, DetailType, Detail, ...Resources].filter((text) => text !== undefined);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  return bytes + (Time === undefined ? 0 : 14);
}

/** What is wrong with one entry: the others are taken all the same. */
function problemOf({ Source, DetailType, Detail }: Json): Json {
  const invalid = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage });
  if (!Source)
    return invalid('Parameter Source is not valid. Reason: Source is a required argument.');
  if (!DetailType) {
    return invalid('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  }
  if (!Detail)
    return invalid('Parameter Detail is not valid. Reason: Detail is a required argument.');
  if (/^aws\./.test(Source)) {
    const ErrorMessage = 'Not authorized for the source.';
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage };
  }
  const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  try {
    const detail: unknown = JSON.parse(Detail);
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject ? undefined : malformed;
  } catch {
    return malformed;
  }
}
