import type { Json } from '../../../../rehearsal/services/service';
import { BAD, DATA, id, open } from './instance-support';

/** The middle of every range: 40 seconds until an instance runs, 90 more until it is checked, 40 until it is gone. */
function launched(image = DATA.ImageId) {
  const account = open();
  const instance = account.run({ ...DATA, ImageId: image });
  const statuses = (input: object = {}): Json[] =>
    account.call('DescribeInstanceStatus', input).InstanceStatuses;
  return { account, instance, statuses };
}

describe('DescribeInstanceStatus', () => {
  it('shows what runs, first while it is checked and then what came of it', () => {
    const { account, instance, statuses } = launched();
    expect(statuses()).toEqual([]);
    account.advance(40);
    expect(statuses()).toMatchObject([
      { InstanceStatus: { Status: 'initializing' }, SystemStatus: { Status: 'initializing' } },
    ]);
    account.advance(89);
    expect(statuses()[0].InstanceStatus.Status).toBe('initializing');
    account.advance(1);
    const passed = { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] };
    expect(statuses()).toEqual([
      {
        InstanceId: instance,
        AvailabilityZone: 'eu-west-1a',
        InstanceState: { Code: 16, Name: 'running' },
        InstanceStatus: passed,
        SystemStatus: passed,
      },
    ]);
  });

  it('tells an instance that does not come up from the machine below it', () => {
    const { account, statuses } = launched(BAD);
    account.advance(130);
    expect(statuses()).toMatchObject([
      {
        InstanceStatus: {
          Status: 'impaired',
          Details: [{ Name: 'reachability', Status: 'failed' }],
        },
        SystemStatus: { Status: 'ok' },
      },
    ]);
  });

  it('shows what does not run where all is asked for', () => {
    const { instance, statuses } = launched();
    expect(statuses({ IncludeAllInstances: true, InstanceIds: [instance] })).toMatchObject([
      {
        InstanceState: { Name: 'pending' },
        InstanceStatus: { Status: 'not-applicable', Details: [] },
      },
    ]);
  });

  it.each([
    [{ InstanceIds: [`i-${id(9).slice(4)}`] }, 'InvalidInstanceID.NotFound'],
    [
      { InstanceIds: Array.from({ length: 101 }, () => `i-${id(9).slice(4)}`) },
      'InvalidParameterValue: You can specify at most 100 instance IDs.',
    ],
    [{ Filters: [] }, 'NotImplemented'],
  ])('refuses %j', (input, refusal) => {
    expect(open().refusal('DescribeInstanceStatus', input)).toMatch(refusal);
  });
});
