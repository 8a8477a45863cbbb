import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { parseDefinition, statesOf } from '../definition';
import { variable } from '../environment';

interface Config {
  /** Concurrent updates of images. */
  readonly maxBatchSize: number;
}

// AWS's default for concurrent image updates, L-9B6418E0:
// https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html
const defaults: Config = { maxBatchSize: 5 };

/**
 * Updates take builders, and the account has few: what one stack takes, others wait for. Judges the setting of the
 * stack; the input of a run that is started by hand can ask for another one.
 */
export const appstreamBatchSize: ResourceValidationPolicy = {
  name: 'appstream-batch-size',
  description:
    'The AppStream auto-updater runs no more updates at a time than the account has room for.',
  enforcementLevel: 'advisory',
  configSchema: {
    properties: {
      maxBatchSize: {
        type: 'integer',
        minimum: 1,
        default: defaults.maxBatchSize,
        description: "Concurrent updates; raise it with the account's quota L-9B6418E0.",
      },
    },
  },
  validateResource: [
    validateResourceOfType(aws.lambda.Function, ({ environment }, args, report) => {
      const { maxBatchSize } = args.getConfig<Config>();
      const size = variable(environment, 'BATCH_SIZE');
      if (size === undefined || Number(size) <= maxBatchSize) return;
      report(
        `${args.name}: set batchSize to ${maxBatchSize} at most; it is ${size}. With a higher quota, raise maxBatchSize of the policy's config.`,
      );
    }),
    validateResourceOfType(aws.sfn.StateMachine, (machine, args, report) => {
      const { maxBatchSize } = args.getConfig<Config>();
      for (const [name, map] of statesOf('Map', parseDefinition(machine.definition))) {
        const updates = statesOf('Task', { States: { [name]: map } }).some(([, { Resource }]) =>
          /:aws-sdk:appstream:createUpdatedImage\b/i.test(Resource ?? ''),
        );
        if (!updates || map.MaxConcurrencyPath !== undefined) continue;
        // 0, which is also the default, sets no limit: https://states-language.net/spec.html#map-state
        const concurrency = Number(map.MaxConcurrency ?? 0);
        if (concurrency >= 1 && concurrency <= maxBatchSize) continue;
        report(
          `${args.name}: set MaxConcurrency of the Map ${name}, which updates images, to ${maxBatchSize} at most, or MaxConcurrencyPath; it is ${concurrency === 0 ? 'unlimited' : concurrency}.`,
        );
      }
    }),
  ],
};
