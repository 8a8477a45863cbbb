import { parameterArn } from '../services/ssm';
import type { Json } from '../services/service';
import type { Estate } from './types';

/** What AWS would show of the rest. */
export function ssmWithDefaults({ account, region, capturedAt, ssm }: Json): Estate['ssm'] {
  const scope = { partition: 'aws' as const, account, region };
  return {
    parameters: (ssm?.parameters ?? []).map((parameter: Json) => ({
      ARN: parameterArn(scope, parameter.Name),
      Type: 'String',
      DataType: 'text',
      Version: (parameter.History?.at(-1)?.Version ?? 0) + 1,
      LastModifiedDate: capturedAt,
      ...parameter,
    })),
    ...(ssm?.opsItems !== undefined && { opsItems: ssm.opsItems }),
  };
}
