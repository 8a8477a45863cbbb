import { embeddedMetrics } from './embedded-metrics';
import { AwsError, type Json, type Scope, type Service } from './service';

interface LogsState {
  /** Number of events, by log group and log stream. */
  readonly groups: Record<string, Record<string, number>>;
}

/**
 * CloudWatch Logs as far as Lambda itself calls it for a function: whether the function's role may write its log,
 * and whether the log is there. What is written is counted, not kept, but for the metrics that it carries.
 */
export const logs: Service<LogsState> = {
  id: 'logs',
  clientPackage: '@aws-sdk/client-cloudwatch-logs',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'batch',
      text: 'A batch has at most 10,000 events and 1,048,576 bytes, 26 of them for each event.',
      source:
        'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html',
    },
    {
      id: 'embedded-metrics',
      text: 'Lines in the embedded metric format become data points at once. One that a function prints with console.log in JSON format does not on AWS, where Lambda wraps it: that is not emulated.',
      source:
        'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html, https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html',
    },
  ],
  createState: (scope) => ({
    groups: Object.fromEntries(
      scope.resources
        .filter((resource) => resource.type === 'aws:cloudwatch/logGroup:LogGroup')
        .map((group) => [group.outputs.name, {}]),
    ),
  }),
  operations: {
    CreateLogStream: {
      mutates: true,
      authorize: (input, _, scope) => [
        { action: 'logs:CreateLogStream', resource: streamArn(input, scope) },
      ],
      handle: ({ logGroupName, logStreamName }, state) => {
        const streams = findGroup(state, logGroupName);
        // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
        if (!/^[^:*]{1,512}$/.test(logStreamName ?? '')) throw invalid('logStreamName');
        if (Object.hasOwn(streams, logStreamName)) {
          const message = 'The specified log stream already exists';
          throw new AwsError('ResourceAlreadyExistsException', message);
        }
        streams[logStreamName] = 0;
        return {};
      },
    },
    PutLogEvents: {
      mutates: true,
      authorize: (input, _, scope) => [
        { action: 'logs:PutLogEvents', resource: streamArn(input, scope) },
      ],
      handle: ({ logGroupName, logStreamName, logEvents }, state, { uses, measure }) => {
        uses('batch');
        const streams = findGroup(state, logGroupName);
        const known = Object.hasOwn(streams, logStreamName) ? streams[logStreamName] : undefined;
        if (known === undefined) throw notFound('stream');
        const events: readonly Json[] = logEvents ?? [];
        const size = events.reduce((sum, { message }) => sum + 26 + Buffer.byteLength(message), 0);
        if (events.length < 1 || events.length > 10_000 || size > 1_048_576) {
          throw invalid('logEvents');
        }
        streams[logStreamName] = known + events.length;
        for (const metric of events.flatMap(({ message }) => embeddedMetrics(message))) {
          uses('embedded-metrics');
          measure(metric);
        }
        return {};
      },
    },
  },
  toEstate: () => ({}),
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
function streamArn({ logGroupName, logStreamName }: Json, scope: Scope): string {
  const { partition, region, account } = scope;
  return `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}:log-stream:${logStreamName}`;
}

function findGroup(state: LogsState, name: string): Record<string, number> {
  const group = Object.hasOwn(state.groups, name) ? state.groups[name] : undefined;
  if (group === undefined) throw notFound('group');
  return group;
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `The specified log ${what} does not exist.`);
}

function invalid(member: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid value of ${member}.`);
}
