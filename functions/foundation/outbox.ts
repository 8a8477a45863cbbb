import type { Outbox } from './delivery';
import { requireVariable } from './environment';

/** The outbox of a deployed function, from the variables that the `Notifier` component gives it. */
export function createOutbox(): Outbox {
  // Required by name inside the factory: the clients come from the Lambda runtime, one per container.
  const { DynamoDB } =
    require('@aws-sdk/client-dynamodb') as typeof import('@aws-sdk/client-dynamodb');
  const { SESv2 } = require('@aws-sdk/client-sesv2') as typeof import('@aws-sdk/client-sesv2');
  const { SNS } = require('@aws-sdk/client-sns') as typeof import('@aws-sdk/client-sns');
  return {
    dynamodb: new DynamoDB({}),
    sns: new SNS({}),
    ses: new SESv2({}),
    table: requireVariable('LEDGER_TABLE'),
    workflow: requireVariable('WORKFLOW'),
    topicArn: requireVariable('TOPIC_ARN'),
    email: {
      from: process.env['EMAIL_FROM'] ?? '',
      to: (process.env['EMAIL_TO'] ?? '').split(',').filter((address) => address !== ''),
    },
    retentionDays: Number(requireVariable('RECORD_RETENTION_DAYS')),
  };
}
