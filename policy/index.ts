import { PolicyPack } from '@pulumi/policy';
import { dataEncrypted } from './rules/data-encrypted';
import { iamGrantsExact } from './rules/iam-grants-exact';
import { workflowRetryAndCatch } from './rules/workflow-retry-and-catch';

// Starts a server, one per process: tests import the rules, never this file.
new PolicyPack('evergreen', {
  description: 'The house rules of Evergreen',
  enforcementLevel: 'mandatory',
  policies: [iamGrantsExact, dataEncrypted, workflowRetryAndCatch],
});
