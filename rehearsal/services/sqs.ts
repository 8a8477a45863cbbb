import { AwsError, type Service } from './service';

interface SqsState {
  /** By ARN. */
  readonly queues: Record<string, { readonly url: string; readonly messages: SqsMessage[] }>;
}

interface SqsMessage {
  /** ISO 8601. */
  readonly at: string;
  readonly body: string;
}

/** SQS as far as dead letters need it: messages come in and stay. */
export const sqs: Service<SqsState> = {
  id: 'sqs',
  clientPackage: '@aws-sdk/client-sqs',
  protocol: 'json-1.0',
  behaviours: [
    {
      id: 'keep',
      text: 'A message stays in its queue; nobody receives it during a rehearsal',
      source: 'assumed',
    },
  ],
  createState: (scope) => ({
    queues: Object.fromEntries(
      scope.resources
        .filter((resource) => resource.type === 'aws:sqs/queue:Queue')
        .map((queue) => [queue.outputs.arn, { url: queue.outputs.url, messages: [] }]),
    ),
  }),
  operations: {
    SendMessage: {
      mutates: true,
      // EventBridge and its Scheduler name a dead-letter queue by ARN, everybody else by URL.
      authorize: (input, state) => [
        { action: 'sqs:SendMessage', resource: findQueue(state, input.QueueUrl) ?? '*' },
      ],
      handle: (input, state, call) => {
        call.uses('keep');
        const queue = state.queues[findQueue(state, input.QueueUrl) ?? ''];
        if (queue === undefined) {
          throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', 400);
        }
        queue.messages.push({ at: new Date(call.now).toISOString(), body: input.MessageBody });
        return { MessageId: `message-${queue.messages.length}` };
      },
    },
  },
  toEstate: (state) => {
    const queues = Object.entries(state.queues)
      .filter(([, queue]) => queue.messages.length > 0)
      .map(([QueueArn, queue]) => ({ QueueArn, Messages: queue.messages }));
    return queues.length === 0 ? {} : { sqs: { queues } };
  },
};

function findQueue(state: SqsState, arnOrUrl: string): string | undefined {
  return Object.keys(state.queues).find(
    (arn) => arn === arnOrUrl || state.queues[arn]?.url === arnOrUrl,
  );
}
