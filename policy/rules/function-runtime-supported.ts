import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/** When AWS deprecates each runtime on Amazon Linux 2023: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const DEPRECATION: Readonly<Record<string, string>> = {
  dotnet10: '2028-11-14',
  dotnet8: '2026-11-10',
  java21: '2029-06-30',
  java25: '2029-06-30',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
  'provided.al2023': '2029-06-30',
  'python3.12': '2028-10-31',
  'python3.13': '2029-06-30',
  'python3.14': '2029-06-30',
  'ruby3.3': '2027-03-31',
  'ruby3.4': '2028-03-31',
};

interface Config {
  /** ISO date until which a runtime must be supported. */
  readonly supportedUntil: string;
  /** Runtimes that are allowed although they are not in the table, or end before. */
  readonly allowedRuntimes: readonly string[];
}

const defaults: Config = {
  // That of the table: a verdict that changes with the day it is asked on would be none.
  supportedUntil: '2026-11-21',
  allowedRuntimes: [],
};

/** A function does not run on what gets no security updates any more. */
export const functionRuntimeSupported: ResourceValidationPolicy = {
  name: 'function-runtime-supported',
  description: 'Functions run on runtimes that AWS supports.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      supportedUntil: {
        type: 'string',
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        default: defaults.supportedUntil,
        description: 'Date (YYYY-MM-DD) until which AWS must support a runtime.',
      },
      allowedRuntimes: {
        type: 'array',
        items: { type: 'string' },
        default: [...defaults.allowedRuntimes],
        description: 'Runtimes that are allowed besides, such as ones newer than this policy.',
      },
    },
  },
  validateResource: validateResourceOfType(aws.lambda.Function, ({ runtime }, args, report) => {
    const { supportedUntil, allowedRuntimes } = args.getConfig<Config>();
    // A function of a container image has none.
    if (runtime === undefined || allowedRuntimes.includes(runtime)) return;
    const end = DEPRECATION[runtime];
    if (end !== undefined && end >= supportedUntil) return;
    const supported = Object.entries(DEPRECATION)
      .filter(([, date]) => date >= supportedUntil)
      .map(([each]) => each);
    report(
      `${args.name}: ${runtime} is ${end === undefined ? 'not supported, or not known to this policy' : `deprecated on ${end}`}: set runtime to one of ${supported.join(', ')}, or allow it in allowedRuntimes of the policy's config.`,
    );
  }),
};
