import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

interface Config {
  /** Whether log groups, too, are encrypted with a key of one's own. */
  readonly keysForLogs: boolean;
}

const defaults: Config = { keysForLogs: false };

/**
 * Encryption at rest, for the kinds of resource of this program where it has to be asked for. Log groups are
 * always encrypted: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html. So are
 * secrets: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html.
 */
export const dataEncrypted: ResourceValidationPolicy = {
  name: 'data-encrypted',
  description: 'Topics, queues and tables encrypt what they hold.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      keysForLogs: {
        type: 'boolean',
        default: defaults.keysForLogs,
        description: "Whether log groups are encrypted with a key of one's own.",
      },
    },
  },
  validateResource: [
    // https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    validateResourceOfType(aws.sns.Topic, (topic, { name }, report) => {
      if (isUnset(topic.kmsMasterKeyId)) {
        report(`${name}: set kmsMasterKeyId, to "alias/aws/sns" or a key of your own.`);
      }
    }),
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
    validateResourceOfType(aws.sqs.Queue, (queue, { name }, report) => {
      const encrypted = queue.sqsManagedSseEnabled === true || !isUnset(queue.kmsMasterKeyId);
      if (!encrypted) report(`${name}: set sqsManagedSseEnabled to true, or kmsMasterKeyId.`);
    }),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
    validateResourceOfType(aws.dynamodb.Table, (table, { name }, report) => {
      if (table.serverSideEncryption?.enabled !== true) {
        report(`${name}: set serverSideEncryption to { enabled: true }.`);
      }
    }),
    validateResourceOfType(aws.cloudwatch.LogGroup, (group, args, report) => {
      if (args.getConfig<Config>().keysForLogs && isUnset(group.kmsKeyId)) {
        report(`${args.name}: set kmsKeyId to a key of your own.`);
      }
    }),
  ],
};

const isUnset = (value: string | undefined): boolean => value === undefined || value === '';
