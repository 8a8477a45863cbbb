import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/**
 * A table refuses to be deleted, by whomever. For production; elsewhere a stack should go without a trace, so it is
 * off unless the config sets a level. Pulumi's own `protect` does not count: it holds for Pulumi only.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection
 */
export const dataDeletionProtected: ResourceValidationPolicy = {
  name: 'data-deletion-protected',
  description: 'Tables refuse to be deleted.',
  enforcementLevel: 'disabled',
  validateResource: validateResourceOfType(aws.dynamodb.Table, (table, { name }, report) => {
    if (table.deletionProtectionEnabled !== true) {
      report(
        `${name}: set deletionProtectionEnabled to true; for Evergreen's ledger, protectFromDeletion in the stack's config.`,
      );
    }
  }),
};
