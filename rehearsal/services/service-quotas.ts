import { QUOTAS as APPSTREAM } from './appstream/quotas';
import { AwsError, type Json, type Scope, type Service } from './service';

const REFERENCE = 'https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference';

/** The quotas that the emulated services have, by service and quota code, with AWS's defaults. */
const QUOTAS: Readonly<Record<string, { readonly name: string; readonly value: number }>> =
  APPSTREAM;

/** Service Quotas: what the estate says under `quotas` has been applied to the account; the rest has AWS's defaults. */
export const serviceQuotas: Service<null> = {
  id: 'servicequotas',
  clientPackage: '@aws-sdk/client-service-quotas',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'applied',
      // "For some quotas, only the default values are available", and nobody says for which.
      text: 'A quota that was never applied to the account is not found: only its default is known.',
      source: `${REFERENCE}/API_GetServiceQuota.html, https://github.com/aws/aws-cli/issues/6629`,
    },
  ],
  createState: () => null,
  operations: {
    GetServiceQuota: {
      mutates: false,
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
      authorize: ({ ServiceCode, QuotaCode }, _state, scope) => [
        {
          action: 'servicequotas:GetServiceQuota',
          resource: quotaArn(`${ServiceCode}:${QuotaCode}`, scope),
          context: { 'servicequotas:service': ServiceCode },
        },
      ],
      handle: (input, _state, { scope, uses }) => {
        refuseMember(input, 'ContextId', 'GetServiceQuota');
        const code = knownCode(input);
        uses('applied');
        const value: number | undefined = scope.estate.quotas?.[code];
        if (value === undefined) throw notFound();
        return { Quota: quotaOf(code, value, scope) };
      },
    },
    GetAWSDefaultServiceQuota: {
      mutates: false,
      authorize: () => [{ action: 'servicequotas:GetAWSDefaultServiceQuota', resource: '*' }],
      handle: (input, _state, { scope }) => {
        const code = knownCode(input);
        return { Quota: quotaOf(code, QUOTAS[code]!.value, scope) };
      },
    },
    ListServiceQuotas: {
      mutates: false,
      authorize: () => [{ action: 'servicequotas:ListServiceQuotas', resource: '*' }],
      handle: (input, _state, { scope, uses }) => {
        refuseMember(input, 'QuotaCode', 'ListServiceQuotas');
        refuseMember(input, 'QuotaAppliedAtLevel', 'ListServiceQuotas');
        uses('applied');
        checkCode('ServiceCode', input);
        const ofService = (code: string) => code.startsWith(`${input.ServiceCode}:`);
        if (!Object.keys(QUOTAS).some(ofService)) throw notFound();
        const applied = Object.entries<number>(scope.estate.quotas ?? {})
          .filter(([code]) => ofService(code))
          .map(([code, value]) => quotaOf(code, value, scope));
        return pageOf(applied, input);
      },
    },
  },
  toEstate: () => ({}),
};

/** https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html */
function pageOf(quotas: readonly Json[], { MaxResults = 100, NextToken = '0' }: Json): Json {
  if (!(MaxResults >= 1 && MaxResults <= 100)) {
    const message = `Invalid MaxResults: ${MaxResults}, it must be 1 to 100`;
    throw new AwsError('IllegalArgumentException', message);
  }
  const from = Number(NextToken);
  if (!/^\d+$/.test(NextToken) || from > quotas.length) {
    throw new AwsError('InvalidPaginationTokenException', 'Invalid input was provided.');
  }
  const to = from + MaxResults;
  return {
    Quotas: quotas.slice(from, to),
    ...(to < quotas.length && { NextToken: String(to) }),
  };
}

/** `<service>:<quota>` of a quota that exists. */
function knownCode(input: Json): string {
  checkCode('ServiceCode', input);
  checkCode('QuotaCode', input);
  const code = `${input.ServiceCode}:${input.QuotaCode}`;
  if (!Object.hasOwn(QUOTAS, code)) throw notFound();
  return code;
}

function checkCode(member: string, input: Json): void {
  if (!/^[a-zA-Z][a-zA-Z0-9-]{1,128}$/.test(input[member])) {
    throw new AwsError('IllegalArgumentException', `Invalid ${member}: ${input[member]}`);
  }
}

function refuseMember(input: Json, member: string, operation: string): void {
  if (input[member] === undefined) return;
  const message = `The rehearsal does not implement ${member} of servicequotas:${operation}.`;
  throw new AwsError('NotImplemented', message, 501);
}

function quotaOf(code: string, Value: number, scope: Scope): Json {
  const [ServiceCode, QuotaCode] = code.split(':');
  return {
    ServiceCode,
    QuotaCode,
    QuotaName: QUOTAS[code]?.name,
    QuotaArn: quotaArn(code, scope),
    Value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  };
}

function quotaArn(code: string, { partition, region, account }: Scope): string {
  return `arn:${partition}:servicequotas:${region}:${account}:${code.replace(':', '/')}`;
}

function notFound(): AwsError {
  return new AwsError(
    'NoSuchResourceException',
    'The request failed because the specified service or quota does not exist.',
  );
}
