import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

interface Config {
  /** Days that a log is kept at least. */
  readonly minimumDays: number;
}

const defaults: Config = { minimumDays: 30 };

/**
 * Logs are there when one asks, and not for ever. That of a function without a log group of its own is made by Lambda,
 * and kept for ever: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export const logsRetained: ResourceValidationPolicy = {
  name: 'logs-retained',
  description: 'Every log has a retention, and every function a log group of the program.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      minimumDays: {
        type: 'integer',
        minimum: 1,
        default: defaults.minimumDays,
        description: 'Days that a log is kept at least.',
      },
    },
  },
  validateResource: [
    validateResourceOfType(aws.cloudwatch.LogGroup, ({ retentionInDays = 0 }, args, report) => {
      const { minimumDays } = args.getConfig<Config>();
      if (retentionInDays === 0) {
        report(`${args.name}: set retentionInDays, or the log is kept for ever.`);
      } else if (retentionInDays < minimumDays) {
        report(
          `${args.name}: set retentionInDays to ${minimumDays} at least; it is ${retentionInDays}.`,
        );
      }
    }),
    validateResourceOfType(aws.lambda.Function, ({ loggingConfig = {} }, { name }, report) => {
      // The name of the group is not known before it is created; that there is one, is.
      if (!('logGroup' in loggingConfig)) {
        report(`${name}: set loggingConfig.logGroup to a log group with retentionInDays.`);
      }
    }),
  ],
};
