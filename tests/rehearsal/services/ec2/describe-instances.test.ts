import { BAD, GOOD, shown } from './instance-support';
import { Account, image, instance } from './support';

describe('DescribeInstances', () => {
  const one = 'i-00000000000000001';
  const two = 'i-00000000000000002';
  const given = {
    ec2: {
      images: [image(GOOD), image(BAD)],
      instances: [
        instance(one, { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] }),
        instance(two, { ImageId: BAD, State: { Code: 0, Name: 'pending' } }),
      ],
    },
  };

  it('gives a reservation for each, as a group launches them', () => {
    expect(new Account(given).call('DescribeInstances', { InstanceIds: [one] })).toEqual({
      Reservations: [
        {
          ReservationId: 'r-00000000000000001',
          OwnerId: '111122223333',
          Groups: [],
          Instances: [
            { ...given.ec2.instances[0], LaunchTime: new Date('2026-01-11T00:00:00.000Z') },
          ],
        },
      ],
    });
  });

  it.each([
    [{ Filters: [{ Name: 'image-id', Values: [BAD] }] }, [two]],
    [{ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }, [one]],
    [{ Filters: [{ Name: 'instance-state-code', Values: ['0'] }] }, [two]],
    [{ Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['web'] }] }, [one]],
    [{ Filters: [{ Name: 'availability-zone', Values: ['*a'] }] }, [one, two]],
    [{ Filters: [{ Name: 'vpc-id', Values: ['*'] }] }, []],
    [{ InstanceIds: [two, two] }, [two]],
  ])('finds with %j what fits', (input, expected) => {
    const found = shown(new Account(given), input);
    expect(found.map(({ InstanceId }: { InstanceId: string }) => InstanceId)).toEqual(expected);
  });

  it.each([
    [
      { InstanceIds: [one, 'i-00000000000000008', 'i-00000000000000009'] },
      "InvalidInstanceID.NotFound: The instance IDs 'i-00000000000000008, i-00000000000000009' do not exist",
    ],
    [{ InstanceIds: ['web'] }, 'InvalidInstanceID.Malformed: Invalid id: "web"'],
    [
      { InstanceIds: [one], MaxResults: 5 },
      'InvalidParameterCombination: The parameter instancesSet cannot be used with the parameter maxResults',
    ],
    [{ MaxResults: 4 }, 'InvalidMaxResults'],
    [
      { Filters: [{ Name: 'dns-name', Values: ['x'] }] },
      'NotImplemented: The rehearsal does not implement the filter dns-name of ec2:DescribeInstances.',
    ],
  ])('refuses %j', (input, refusal) => {
    expect(new Account(given).refusal('DescribeInstances', input)).toMatch(refusal);
  });

  it('shows a terminated instance for an hour, and nothing is kept of it afterwards', () => {
    const account = new Account(given);
    account.call('Terminate', { id: one }, 'launcher');
    account.advance(40 + 3599);
    expect(shown(account)).toHaveLength(2);
    account.advance(1);
    expect(shown(account)).toHaveLength(1);
    expect(account.refusal('DescribeInstances', { InstanceIds: [one] })).toMatch('NotFound');
    account.run({ ImageId: GOOD, InstanceType: 'm6i.large' });
    account.advance(60);
    expect(
      Object.keys((account.cloud.save().services.ec2 as { instances: object }).instances),
    ).not.toContain(one);
  });
});
