import { AwsError, type Json, type Scope, type Service } from './service';

const REFERENCE = 'https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference';

/** Name and default of the quotas that the emulated services have: https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html */
const QUOTAS: Readonly<Record<string, { readonly name: string; readonly value: number }>> = {
  'appstream2:L-9B6418E0': { name: 'Concurrent image updates', value: 5 },
  'appstream2:L-E1182CCA': { name: 'Images', value: 10 },
  'appstream2:L-DE32F884': { name: 'Image builders', value: 10 },
  'appstream2:L-60244546': { name: 'Concurrent image copies per destination Region', value: 2 },
  'appstream2:L-99A44980': { name: 'Accounts an image can be shared with', value: 100 },
};

/** Service Quotas: what the estate says under `quotas`, and AWS's defaults. */
export const serviceQuotas: Service<null> = {
  id: 'servicequotas',
  clientPackage: '@aws-sdk/client-service-quotas',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'applied',
      text: 'A quota that was never applied to the account is not found: only its default is known.',
      source: `${REFERENCE}/API_GetServiceQuota.html`,
    },
  ],
  createState: () => null,
  operations: {
    GetServiceQuota: {
      mutates: false,
      authorize: ({ ServiceCode, QuotaCode }, _state, { partition, region, account }) => [
        {
          action: 'servicequotas:GetServiceQuota',
          resource: `arn:${partition}:servicequotas:${region}:${account}:${ServiceCode}/${QuotaCode}`,
          context: { 'servicequotas:service': ServiceCode },
        },
      ],
      handle: (input, _state, { scope, uses }) => {
        const quota = quotaOf(input, scope);
        const Value: number | undefined = scope.estate.quotas?.[keyOf(input)];
        if (Value === undefined) {
          // The stricter reading: "For some quotas, only the default values are available."
          uses('applied');
          throw notFound();
        }
        return { Quota: { ...quota, Value } };
      },
    },
    GetAWSDefaultServiceQuota: {
      mutates: false,
      // No resource-level permission: https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
      authorize: () => [{ action: 'servicequotas:GetAWSDefaultServiceQuota', resource: '*' }],
      handle: (input, _state, { scope }) => ({
        Quota: { ...quotaOf(input, scope), Value: QUOTAS[keyOf(input)]?.value },
      }),
    },
  },
  toEstate: () => ({}),
};

function keyOf({ ServiceCode, QuotaCode }: Json): string {
  return `${ServiceCode}:${QuotaCode}`;
}

function quotaOf(input: Json, { partition, region, account }: Scope): Json {
  for (const member of ['ServiceCode', 'QuotaCode']) {
    if (!/^[a-zA-Z][a-zA-Z0-9-]{1,128}$/.test(input[member] ?? '')) {
      throw new AwsError('IllegalArgumentException', `Invalid ${member}: ${input[member]}`);
    }
  }
  if (input.ContextId !== undefined) {
    const message = 'The rehearsal does not implement ContextId of Service Quotas.';
    throw new AwsError('NotImplemented', message, 501);
  }
  const known = QUOTAS[keyOf(input)];
  if (known === undefined) throw notFound();
  const { ServiceCode, QuotaCode } = input;
  return {
    ServiceCode,
    QuotaCode,
    QuotaName: known.name,
    QuotaArn: `arn:${partition}:servicequotas:${region}:${account}:${ServiceCode}/${QuotaCode}`,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  };
}

function notFound(): AwsError {
  return new AwsError(
    'NoSuchResourceException',
    'The request failed because the specified service or quota does not exist.',
  );
}
