import { AwsError, type Json, type Service } from './service';

interface SnsState {
  /** By ARN. */
  readonly topics: Record<string, SnsMessage[]>;
}

/** A message as it was published. */
export interface SnsMessage {
  /** ISO 8601. */
  readonly at: string;
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  /** By name. */
  readonly attributes: Readonly<Record<string, string>>;
}

const REFERENCE = 'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html';
const MAXIMUM_BYTES = 262_144;

/** Amazon SNS: topics take messages and keep them. Subscriptions are not emulated. */
export const sns: Service<SnsState> = {
  id: 'sns',
  clientPackage: '@aws-sdk/client-sns',
  protocol: 'query',
  behaviours: [
    {
      id: 'publish',
      text: 'A message and its attributes have at most 262,144 bytes, a subject less than 100 characters without line breaks.',
      source: REFERENCE,
    },
    {
      id: 'delivery',
      text: 'What is published reaches every subscriber: subscriptions are not looked at.',
      source: 'assumed',
    },
  ],
  createState: (scope) => {
    const deployed = scope.resources
      .filter((resource) => resource.type === 'aws:sns/topic:Topic')
      .map(({ inputs, outputs, urn }) => {
        const key = inputs.kmsMasterKeyId;
        // With a key of one's own a publisher needs permissions on the key as well.
        if (key !== undefined && key !== 'alias/aws/sns') {
          throw new Error(`SNS: the key ${key} of a topic is not emulated (${urn})`);
        }
        if (inputs.fifoTopic) throw new Error(`SNS: FIFO topics are not emulated (${urn})`);
        return outputs.arn as string;
      });
    const given = (scope.estate.sns?.topics ?? []).map(({ TopicArn }: Json) => TopicArn);
    return { topics: Object.fromEntries([...given, ...deployed].map((arn) => [arn, []])) };
  },
  operations: {
    Publish: {
      mutates: true,
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
      authorize: (input) => [{ action: 'sns:Publish', resource: input.TopicArn ?? '*' }],
      handle: (input, state, call) => {
        call.uses('publish');
        call.uses('delivery');
        const attributes = checkMessage(input);
        const messages = Object.hasOwn(state.topics, input.TopicArn)
          ? state.topics[input.TopicArn]
          : undefined;
        if (messages === undefined) {
          throw new AwsError('NotFoundException', 'Topic does not exist', 404);
        }
        const messageId = messageIdOf(state, call.now);
        messages.push({
          at: new Date(call.now).toISOString(),
          messageId,
          ...(input.Subject !== undefined && { subject: input.Subject }),
          message: input.Message,
          attributes,
        });
        return { MessageId: messageId };
      },
    },
  },
  toEstate: () => ({}),
};

/** @returns the attributes by name, as text */
function checkMessage(input: Json): Record<string, string> {
  for (const member of ['TargetArn', 'PhoneNumber', 'MessageStructure']) {
    if (input[member] !== undefined) {
      const message = `The rehearsal does not implement ${member} of sns:Publish.`;
      throw new AwsError('NotImplemented', message, 501);
    }
  }
  if (!input.TopicArn) {
    throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
  }
  if (typeof input.Message !== 'string' || input.Message === '') throw invalid('Empty message');
  const { Subject } = input;
  if (
    Subject !== undefined &&
    (Subject === '' || Subject.length >= 100 || /\p{Cc}/u.test(Subject))
  ) {
    throw invalid('Subject');
  }
  const attributes = Object.entries((input.MessageAttributes ?? {}) as Record<string, Json>);
  const texts = attributes.map(([name, value]) => [name, checkAttribute(name, value)] as const);
  const parts = [
    input.Message,
    ...texts.flatMap(([name, text]) => [name, input.MessageAttributes[name].DataType, text]),
  ];
  const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  if (size > MAXIMUM_BYTES) throw invalid('Message too long');
  return Object.fromEntries(texts);
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: Json): string {
  const fits = /^[A-Za-z0-9_.-]{1,256}$/.test(name) && !/^\.|\.$|\.\.|^(aws|amazon)\./i.test(name);
  if (!fits) throw invalidValue(`The message attribute name '${name}' is not allowed.`);
  if (!/^(String|String\.Array|Number|Binary)(\..+)?$/.test(DataType ?? '')) {
    throw invalidValue(`The message attribute '${name}' has an invalid message attribute type.`);
  }
  const text = StringValue ?? (BinaryValue && Buffer.from(BinaryValue).toString('base64'));
  if (!text) {
    throw invalidValue(`The message attribute '${name}' must contain a non-empty value.`);
  }
  return text;
}

/** A UUID that counts, so that two rehearsals give the same. */
function messageIdOf(state: SnsState, now: number): string {
  const count = Object.values(state.topics).flat().length + 1;
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

function invalid(what: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${what}`);
}

function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
