import { SAMPLE_ESTATE } from '../../../rehearsal/arguments';
import { EmulatedAccount } from '../../../rehearsal/emulator/account';
import { loadEstate, readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';

const DAY = 86_400;
const GOOD = { shop: 'ami-0f47c3d92b81ae605', apps: 'ami-071b8e4f3da95c260' };
const BAD = { shop: 'ami-0d5e7a92c416fb083', apps: 'ami-04c9b1e6f8d2735a0' };

/** The sample account, in which somebody refreshes the groups of one launch template by hand. */
function sample() {
  const account = new EmulatedAccount(loadEstate(SAMPLE_ESTATE), []);
  const call = (service: string, operation: string, input: Json): Json => {
    const answer = account.answer({ service, operation, input, accessKeyId: 'any' });
    if ('output' in answer) return answer.output;
    throw 'error' in answer ? answer.error : new Error('no answer');
  };
  const refresh = (group: string, ImageId: string) => {
    const LaunchTemplateName = group;
    const { LaunchTemplateVersion } = call('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName,
      SourceVersion: '$Latest',
      LaunchTemplateData: { ImageId },
    });
    const Version = String(LaunchTemplateVersion.VersionNumber);
    call('autoscaling', 'StartInstanceRefresh', {
      AutoScalingGroupName: group,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName, Version } },
      Preferences: {
        AutoRollback: true,
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 200,
        ScaleInProtectedInstances: 'Refresh',
      },
    });
  };
  const refreshAll = ({ shop, apps }: typeof GOOD) => {
    refresh('web', shop);
    refresh('bastion', shop);
    refresh('apps', apps);
  };
  const statuses = () =>
    ['web', 'bastion', 'apps'].map(
      (AutoScalingGroupName) =>
        call('autoscaling', 'DescribeInstanceRefreshes', { AutoScalingGroupName })
          .InstanceRefreshes[0].Status,
    );
  const images = (group: string) => {
    const { groups } = account.toEstate().autoscaling;
    const { Instances } = groups.find((one: Json) => one.AutoScalingGroupName === group);
    const ids = new Set(Instances.map(({ InstanceId }: Json) => InstanceId));
    const running = account.toEstate().ec2.instances.filter((one: Json) => ids.has(one.InstanceId));
    return [...new Set(running.map(({ ImageId }: Json) => ImageId))];
  };
  return { account, refreshAll, statuses, images };
}

/** What an account reads as that was written; times within AppStream and mail are of no interest here. */
const PARTS = ['autoscaling', 'cloudwatch', 'ec2', 'ecs', 'ssm'] as const;

function expectSame(written: Json): void {
  const read = readEstate(JSON.parse(JSON.stringify(written)));
  for (const part of PARTS) expect(read[part]).toEqual(written[part]);
}

test('the sample stays as it is as long as nobody does anything', () => {
  const { account } = sample();
  const before = account.toEstate();
  account.advance(5 * DAY);
  expect(account.trace.events).toEqual([]);
  expect(account.toEstate()).toEqual({ ...before, capturedAt: '2026-01-25T00:00:00.000Z' });
  expectSame(before);
});

test('the first AMI that comes out reaches every instance, and half way the account can be read again', () => {
  const { account, refreshAll, statuses, images } = sample();
  account.advance(10 * DAY);
  refreshAll(GOOD);
  account.advance(1800);
  const halfWay = account.toEstate();
  const states = new Set(
    halfWay.autoscaling.groups.flatMap(({ Instances }: Json) =>
      Instances.map(({ LifecycleState }: Json) => LifecycleState),
    ),
  );
  expect(states).toContain('Terminating:Wait');
  expectSame(halfWay);
  account.advance(DAY);
  expect(statuses()).toEqual(['Successful', 'Successful', 'Successful']);
  expect([images('web'), images('bastion'), images('apps')]).toEqual([
    [GOOD.shop],
    [GOOD.shop],
    [GOOD.apps],
  ]);
  expectSame(account.toEstate());
});

test('the second one is bad: every refresh is rolled back', () => {
  const { account, refreshAll, statuses, images } = sample();
  account.advance(21 * DAY);
  refreshAll(BAD);
  account.advance(DAY);
  expect(statuses()).toEqual(['RollbackSuccessful', 'RollbackSuccessful', 'RollbackSuccessful']);
  expect(images('web')).toEqual(['ami-08f9a9c699d2ab3f9']);
  expect(images('apps')).toEqual(['ami-0a3f6b1d27c94e8f5']);
  expectSame(account.toEstate());
});
