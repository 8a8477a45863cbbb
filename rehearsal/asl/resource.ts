/** The `Resource` of a Task, taken apart. */
export interface ParsedResource {
  /** `function`: a Lambda ARN. `activity`: an activity ARN. `optimized`: `states:::sqs:…`. `sdk`: `states:::aws-sdk:…`. */
  readonly kind: 'function' | 'activity' | 'optimized' | 'sdk';
  /** As in the ARN: `lambda`, `sqs`, `appstream`. */
  readonly service: string;
  /** As in the ARN: `invoke`, `describeImages`. For `activity`, its name. */
  readonly action: string;
  readonly pattern: 'requestResponse' | 'sync' | 'sync:2' | 'waitForTaskToken';
}

const integration =
  /^arn:[\w-]+:states:[\w-]*:\d*:(aws-sdk:)?([\w-]+):(\w+)(?:\.(sync:2|sync|waitForTaskToken))?$/;

/**
 * Takes a Task's `Resource` apart:
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 * @throws Error for an ARN that no Task can have
 */
export function parseResource(resource: string): ParsedResource {
  const pattern = 'requestResponse';
  if (/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:/.test(resource)) {
    return { kind: 'function', service: 'lambda', action: 'invoke', pattern };
  }
  const activity = /^arn:[\w-]+:states:[\w-]+:\d{12}:activity:(.+)$/.exec(resource)?.[1];
  if (activity !== undefined) {
    return { kind: 'activity', service: 'states', action: activity, pattern };
  }
  const [, sdk, service, action, suffix] = integration.exec(resource) ?? [];
  if (service === undefined || action === undefined) {
    throw new Error(`The Resource '${resource}' is not one that a Task can have.`);
  }
  return {
    kind: sdk === undefined ? 'optimized' : 'sdk',
    service,
    action,
    pattern: (suffix ?? pattern) as ParsedResource['pattern'],
  };
}
