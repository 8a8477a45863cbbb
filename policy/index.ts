import { PolicyPack } from '@pulumi/policy';
import { appstreamBatchSize } from './rules/appstream-batch-size';
import { dataDeletionProtected } from './rules/data-deletion-protected';
import { dataEncrypted } from './rules/data-encrypted';
import { dataRecoverable } from './rules/data-recoverable';
import { emailAddressesReal } from './rules/email-addresses-real';
import { endpointsPrivate } from './rules/endpoints-private';
import { functionEnvironmentNoSecrets } from './rules/function-environment-no-secrets';
import { functionLimitsExplicit } from './rules/function-limits-explicit';
import { functionRuntimeSupported } from './rules/function-runtime-supported';
import { iamGrantsExact } from './rules/iam-grants-exact';
import { iamNoAccessKeys } from './rules/iam-no-access-keys';
import { iamPoliciesInline } from './rules/iam-policies-inline';
import { iamTrustExact } from './rules/iam-trust-exact';
import { logsRetained } from './rules/logs-retained';
import { resourceTags } from './rules/resource-tags';
import { triggerDeadLetters } from './rules/trigger-dead-letters';
import { workflowRetryAndCatch } from './rules/workflow-retry-and-catch';
import { workflowTimeouts } from './rules/workflow-timeouts';

// Starts a server, one per process: tests import the rules, never this file.
new PolicyPack('evergreen', {
  description: 'The house rules of Evergreen',
  enforcementLevel: 'mandatory',
  policies: [
    iamGrantsExact,
    iamTrustExact,
    iamPoliciesInline,
    iamNoAccessKeys,
    dataEncrypted,
    dataRecoverable,
    dataDeletionProtected,
    logsRetained,
    functionLimitsExplicit,
    functionRuntimeSupported,
    functionEnvironmentNoSecrets,
    workflowRetryAndCatch,
    workflowTimeouts,
    triggerDeadLetters,
    endpointsPrivate,
    resourceTags,
    appstreamBatchSize,
    emailAddressesReal,
  ],
});
