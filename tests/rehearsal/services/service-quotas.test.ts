import { ServiceQuotas } from '@aws-sdk/client-service-quotas';

import * as schema from '../../../rehearsal/schemas/estate.schema.json';
import { QUOTAS } from '../../../rehearsal/services/appstream/quotas';
import { serviceQuotas } from '../../../rehearsal/services/service-quotas';
import { createBench, serveBench } from './support';

const updates = { ServiceCode: 'appstream2', QuotaCode: 'L-9B6418E0' };
const applied = { quotas: { 'appstream2:L-9B6418E0': 50, 'appstream2:L-E1182CCA': 1000 } };

test('an applied quota is told beside its default', () => {
  const bench = createBench(serviceQuotas, applied);
  const quota = {
    ...updates,
    QuotaName: 'Concurrent image updates',
    QuotaArn: 'arn:aws:servicequotas:eu-west-1:111122223333:appstream2/L-9B6418E0',
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  };
  expect(bench.call('GetServiceQuota', updates)).toEqual({ Quota: { ...quota, Value: 50 } });
  expect(bench.call('GetAWSDefaultServiceQuota', updates)).toEqual({
    Quota: { ...quota, Value: 5 },
  });
});

test('one that was never applied has a default only', () => {
  const bench = createBench(serviceQuotas, {});
  expect(bench.refusal('GetServiceQuota', updates)).toMatch(/^NoSuchResourceException/);
  expect(bench.used).toEqual(new Set(['applied']));
  expect(bench.call('GetAWSDefaultServiceQuota', updates).Quota.Value).toBe(5);
  expect(bench.call('ListServiceQuotas', { ServiceCode: 'appstream2' })).toEqual({ Quotas: [] });
});

test('the list has what was applied, in pages', () => {
  const bench = createBench(serviceQuotas, applied);
  const values = ({ Quotas }: { Quotas: { Value: number }[] }) => Quotas.map(({ Value }) => Value);
  const list = { ServiceCode: 'appstream2' };
  expect(values(bench.call('ListServiceQuotas', list))).toEqual([50, 1000]);
  const first = bench.call('ListServiceQuotas', { ...list, MaxResults: 1 });
  const second = bench.call('ListServiceQuotas', {
    ...list,
    MaxResults: 1,
    NextToken: first.NextToken,
  });
  expect([values(first), values(second)]).toEqual([[50], [1000]]);
  expect(second).not.toHaveProperty('NextToken');
});

test.each([
  ['GetServiceQuota', { ...updates, QuotaCode: 'L-00000000' }, 'NoSuchResourceException'],
  ['GetServiceQuota', { ...updates, ServiceCode: 'appstream' }, 'NoSuchResourceException'],
  ['GetServiceQuota', { ...updates, QuotaCode: 'L 1' }, 'IllegalArgumentException'],
  ['GetServiceQuota', { ...updates, ContextId: '1' }, 'NotImplemented'],
  ['GetAWSDefaultServiceQuota', { ...updates, QuotaCode: 'L-0' }, 'NoSuchResourceException'],
  ['ListServiceQuotas', { ServiceCode: 'appstream' }, 'NoSuchResourceException'],
  ['ListServiceQuotas', { ServiceCode: '!' }, 'IllegalArgumentException'],
  ['ListServiceQuotas', { ...updates }, 'NotImplemented'],
  ['ListServiceQuotas', { ServiceCode: 'appstream2', MaxResults: 101 }, 'IllegalArgument'],
  ['ListServiceQuotas', { ServiceCode: 'appstream2', NextToken: '9' }, 'InvalidPaginationToken'],
])('%s refuses %j with %s', (operation, input, code) => {
  const bench = createBench(serviceQuotas, applied);
  expect(bench.refusal(operation, input)).toMatch(new RegExp(`^${code}`));
});

test('an estate can name every quota that is known, and no other', () => {
  const { properties } = schema.properties.quotas;
  expect(Object.keys(properties).sort()).toEqual(Object.keys(QUOTAS).sort());
  for (const [code, { value }] of Object.entries(QUOTAS)) {
    const { description } = properties[code as keyof typeof properties];
    expect(description).toMatch(new RegExp(`Default ${value}\\.$`));
  }
});

test('the SDK’s client reads a quota and an error', async () => {
  const bench = createBench(serviceQuotas, applied);
  const server = await serveBench(serviceQuotas, bench);
  const client = new ServiceQuotas({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const { Quota } = await client.getServiceQuota(updates);
    expect(Quota?.Value).toBe(50);
    await expect(
      client.getServiceQuota({ ...updates, QuotaCode: 'L-DE32F884' }),
    ).rejects.toMatchObject({ name: 'NoSuchResourceException' });
  } finally {
    client.destroy();
    await server.close();
  }
});
