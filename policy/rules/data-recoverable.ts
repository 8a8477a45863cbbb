import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/** A table can be put back to any second of the last 35 days: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html */
export const dataRecoverable: ResourceValidationPolicy = {
  name: 'data-recoverable',
  description: 'Tables have point-in-time recovery.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(aws.dynamodb.Table, (table, { name }, report) => {
    if (table.pointInTimeRecovery?.enabled !== true) {
      report(`${name}: set pointInTimeRecovery to { enabled: true }.`);
    }
  }),
};
