import type { QueueEvent } from '../../../functions/ami/queue-groups';
import type { SurveyEvent } from '../../../functions/ami/survey-groups';
import { readGroup, runsOnly } from '../../../functions/ami/groups';
import { readImages } from '../../../functions/ami/images';
import { acquireLease, recordIntent, settleWorkItem } from '../../../functions/foundation/ledger';
import type { ItemReport } from '../../../functions/foundation/notification';
import { writeRow } from '../../../functions/foundation/ledger-rows';
import { readRunLog, recordOutcome, recordQueue } from '../../../functions/foundation/run-log';
import {
  ami,
  EXECUTION,
  fleetOf,
  group,
  groupSettings,
  mixedPolicy,
  NEW,
  NEWER,
  OLD,
  RUN,
  settingsOf,
  START,
  surveyGroups,
  template,
  type Fleet,
} from './support';

const wave = (...groups: string[]) => ({ groups, soakMinutes: 0, alarms: [], approval: false });

type Survey = SurveyEvent & Pick<QueueEvent, 'notify' | 'reason'>;

function prepare(estate: object = {}) {
  const fleet = fleetOf(estate);
  const survey = async (event: Partial<Survey> = {}, id = NEW) => {
    const image = (await readImages(fleet.account.ec2, [id])).get(id)!;
    const names = (event.waves ?? []).flatMap(({ groups }) => groups);
    return surveyGroups(fleet.dependencies, {
      mode: 'rollout',
      image,
      waves: [wave('web')],
      force: false,
      notify: false,
      tooYoung: '',
      reason: '',
      settings: settingsOf(Object.fromEntries(['web', ...names].map((name) => [name, {}]))),
      ...event,
    });
  };
  /** The one group that is left out, in words. */
  const leftOut = async (event: Partial<Survey> = {}, id = NEW) => {
    await survey({ notify: true, ...event }, id);
    const [line] = (await readRunLog(fleet.ledger, RUN)).leftOut;
    return line === undefined ? undefined : `${line.outcome}: ${line.reason}`;
  };
  return { fleet, survey, leftOut };
}

/** Has an AMI fail on a group, as often as is said. */
async function fail({ ledger, account }: Fleet, target: string, failures: number) {
  const at = account.now().toISOString();
  await acquireLease(ledger, 'web', EXECUTION, async () => false, account.now());
  await recordIntent(ledger, 'web', EXECUTION, { target, attempt: failures, intendedAt: at });
  const reason = 'instances were unhealthy';
  await settleWorkItem(ledger, 'web', EXECUTION, {
    outcome: 'blocked',
    reason,
    at,
    settledTarget: target,
    failures,
  });
}

const facts = [{ name: 'AMI', value: `${NEW} (name-of-${NEW}), created 2026-01-10T00:00:00.000Z` }];

describe('the survey of groups', () => {
  it('takes a group that launches another AMI', async () => {
    const { fleet, survey } = prepare();
    expect(await survey()).toEqual({ next: 'waves', waves: [wave('web')], quiet: true, facts });
    expect(await readRunLog(fleet.ledger, RUN)).toEqual({
      queued: ['web'],
      outcomes: [],
      leftOut: [],
    });
  });

  it('takes a group of which one instance runs another AMI, whatever its configuration says', async () => {
    const { fleet, survey } = prepare({
      templates: [template('web', [{ ImageId: NEW }, { ImageId: OLD }])],
      groups: [group('web', { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } })],
    });
    await fleet.account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    });
    expect((await survey()).next).toBe('waves');
  });

  it('does not look at instances that are on their way out', async () => {
    const { fleet } = prepare({
      templates: [template('web', [{ ImageId: NEW }, { ImageId: OLD }])],
      groups: [group('web', { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } })],
    });
    const { autoscaling, ec2 } = fleet.account;
    await autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    });
    for (const [state, isCurrent] of [
      ['Terminating:Wait', true],
      ['Detaching', true],
      ['Standby', false],
    ] as const) {
      const describeAutoScalingGroups = async (input: unknown) => {
        const answer = await autoscaling.describeAutoScalingGroups(input);
        for (const one of answer.AutoScalingGroups[0].Instances) one.LifecycleState = state;
        return answer;
      };
      const facts = await readGroup({ describeAutoScalingGroups } as never, ec2, 'web');
      expect([state, runsOnly(facts!, NEW, groupSettings())]).toEqual([state, isCurrent]);
    }
  });

  it('takes a group of which one override launches another AMI', async () => {
    const { survey } = prepare({
      groups: [
        group('web', { DesiredCapacity: 0, MixedInstancesPolicy: mixedPolicy('web', 'memory') }),
      ],
      templates: [template('web', [{ ImageId: NEW }]), template('memory')],
    });
    expect((await survey()).next).toBe('waves');
  });

  it('leaves no trace of a day on which everything is as it should be, unless somebody wants it', async () => {
    const { fleet, survey } = prepare({ templates: [template('web', [{ ImageId: NEW }])] });
    expect(await survey()).toEqual({ next: 'report', waves: [], quiet: true, facts });
    expect(fleet.account.calls).not.toContain('UpdateItem');
    expect(await survey({ notify: true })).toEqual({
      next: 'report',
      waves: [],
      quiet: false,
      facts,
    });
    expect((await readRunLog(fleet.ledger, RUN)).leftOut).toEqual([
      {
        id: 'web',
        outcome: 'skipped',
        reason: `runs ${NEW} already`,
        startedAt: START,
        endedAt: START,
      },
    ]);
  });

  it('leaves out of the waves what stays as it is, and waves of nothing else', async () => {
    const { fleet, survey } = prepare({
      groups: ['web', 'done', 'alone'].map((name) => group(name)),
      templates: [
        template('web'),
        ...['done', 'alone'].map((name) => template(name, [{ ImageId: NEW }])),
      ],
    });
    const given = { ...wave('alone'), soakMinutes: 5 };
    const last = { ...wave('done', 'web'), approval: true };
    const { waves } = await survey({ waves: [given, last] });
    expect(waves).toEqual([{ ...wave('web'), approval: true }]);
    const { queued, leftOut } = await readRunLog(fleet.ledger, RUN);
    expect([queued, leftOut.map(({ id }) => id)]).toEqual([['web'], ['alone', 'done']]);
  });

  it('keeps the soak of a wave that an earlier run has moved, from when that was, and its alarms', async () => {
    const { fleet, survey } = prepare({
      groups: ['web', 'shop'].map((name) => group(name)),
      templates: [template('web', [{ ImageId: NEW }]), template('shop')],
    });
    const { ledger, account } = fleet;
    const soak = { ...wave('web'), soakMinutes: 60, approval: true };
    const first = (soakMinutes: number) => ({ ...wave(), soakMinutes });
    // Whoever has the AMI without a run has no soak.
    expect((await survey({ waves: [soak, wave('shop')] })).waves).toEqual([wave('shop')]);
    await acquireLease(ledger, 'web', EXECUTION, async () => false, account.now());
    const intent = { target: NEW, attempt: 1, intendedAt: START };
    await recordIntent(ledger, 'web', EXECUTION, intent);
    await settleWorkItem(ledger, 'web', EXECUTION, {
      outcome: 'updated',
      reason: '',
      at: account.now().toISOString(),
      settledTarget: NEW,
    });
    account.advance(1 / 3);
    const { waves } = await survey({ waves: [soak, wave('shop')] });
    expect(waves).toEqual([first(40), wave('shop')]);
    // With nothing after it, it is nobody’s business.
    expect((await survey({ waves: [wave('shop'), soak] })).waves).toEqual([wave('shop')]);
    account.advance(1);
    expect((await survey({ waves: [soak, wave('shop')] })).waves).toEqual([wave('shop')]);
    const guarded = { ...soak, alarms: ['errors'] };
    expect((await survey({ waves: [guarded, wave('shop')] })).waves).toEqual([
      { ...first(0), alarms: ['errors'] },
      wave('shop'),
    ]);
  });

  it('finishes what a run has begun and did not live to finish', async () => {
    const { fleet, survey } = prepare({ templates: [template('web', [{ ImageId: NEW }])] });
    const { ledger, account } = fleet;
    await acquireLease(ledger, 'web', EXECUTION, async () => false, account.now());
    const intent = { target: NEW, attempt: 1, intendedAt: START };
    await recordIntent(ledger, 'web', EXECUTION, intent);
    expect((await survey()).next).toBe('waves');
    expect((await survey({ mode: 'plan' })).next).toBe('report');
  });

  it('says why a group stays as it is: the AMI is too young', async () => {
    expect(await prepare().leftOut({ tooYoung: 'it is 3 hours old' })).toBe(
      'skipped: it is 3 hours old',
    );
  });

  it('never goes back to an older AMI, unless it is forced to', async () => {
    const newer = { templates: [template('web', [{ ImageId: NEWER }])] };
    expect(await prepare(newer).leftOut()).toBe(
      `skipped: runs ${NEWER}, which is newer than ${NEW}`,
    );
    expect(await prepare(newer).leftOut({ force: true })).toBeUndefined();
  });

  it('compares with an AMI that is gone by now as with one that is older', async () => {
    const { fleet, leftOut } = prepare({
      images: [ami('ami-0000000000000dead', '2026-01-30T00:00:00.000Z')],
      templates: [template('web', [{ ImageId: 'ami-0000000000000dead' }])],
    });
    fleet.account.failNext(
      'DescribeImages',
      Object.assign(new Error('gone'), { name: 'InvalidAMIID.NotFound' }),
      1,
    );
    expect(await leftOut()).toBeUndefined();
  });

  it('leaves an AMI alone that failed on the group, unless it is forced or the attempts are not used up', async () => {
    const { fleet, leftOut, survey } = prepare();
    await fail(fleet, NEW, 1);
    expect(await leftOut()).toBe(
      `skipped: ${NEW} failed on it before and is not tried again, unless with "force": instances were unhealthy`,
    );
    expect((await survey({ force: true })).next).toBe('waves');
    expect((await survey({ settings: settingsOf({ web: {} }, { attempts: 2 }) })).next).toBe(
      'waves',
    );
    expect((await survey({}, NEWER)).next).toBe('waves');
  });

  it('refuses a group that could not be rolled back, and tells people every time', async () => {
    const { survey, leftOut } = prepare({
      groups: [group('web', { LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' } })],
    });
    expect(await leftOut()).toBe(
      'failed: refused: its launch template is web version $Latest: AWS cannot roll that back; set its number, 1',
    );
    expect(await survey()).toMatchObject({ next: 'report', quiet: false });
  });

  it('reports a group that is not there as failed', async () => {
    const { leftOut } = prepare();
    expect(await leftOut({ waves: [wave('gone')] })).toBe(
      'failed: there is no such Auto Scaling group',
    );
  });

  it('refuses only the group whose launch template is gone, not the whole run', async () => {
    const { fleet, survey } = prepare({
      groups: [group('web'), group('api')],
      templates: [template('web'), template('api')],
    });
    const gone = Object.assign(new Error('gone'), { name: 'InvalidLaunchTemplateId.NotFound' });
    // Both who compares and who vets it find it gone; the other group is read in between.
    fleet.account.failNext('DescribeLaunchTemplateVersions', gone);
    fleet.account.failNext('DescribeLaunchTemplateVersions', gone, 1);
    expect(await survey({ waves: [wave('web', 'api')] })).toMatchObject({ waves: [wave('api')] });
    const [line] = (await readRunLog(fleet.ledger, RUN)).leftOut;
    expect(line).toMatchObject({ id: 'web', outcome: 'failed' });
    expect(line!.reason).toMatch(
      /^refused: its launch template is web version 1, which is not there$/,
    );
  });

  it('does not call a group without instances and templates up to date', async () => {
    const { leftOut } = prepare({
      groups: [
        group('web', { LaunchConfigurationName: 'web-2019', DesiredCapacity: 0, Instances: [] }),
      ],
    });
    expect(await leftOut()).toBe(
      'failed: refused: it launches from the launch configuration web-2019: move it to a launch template',
    );
  });

  it('holds back the waves after one that an AMI failed on: they would get it untested', async () => {
    const { fleet, survey } = prepare({
      groups: ['web', 'shop', 'bank'].map((name) => group(name)),
      templates: ['web', 'shop', 'bank'].map((name) => template(name)),
    });
    await fail(fleet, NEW, 1);
    const waves = [wave('web', 'shop'), wave('bank')];
    // The group beside it was taken at the same time, and is again.
    expect((await survey({ waves })).waves).toEqual([wave('shop')]);
    const { leftOut } = await readRunLog(fleet.ledger, RUN);
    expect(
      leftOut.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`).slice(1),
    ).toEqual([`bank skipped: ${NEW} failed on web, which goes before it`]);
    expect((await survey({ waves, force: true })).waves).toEqual(waves);
    // An AMI that failed nowhere yet goes its whole way.
    expect((await survey({ waves }, NEWER)).waves).toEqual(waves);
  });

  it('holds back the waves after one with a group that cannot be moved', async () => {
    const { survey } = prepare({ groups: [group('web')], templates: [template('web')] });
    expect((await survey({ waves: [wave('gone'), wave('web')] })).next).toBe('report');
  });

  it('plans: what would be made, how many instances would go, and every warning', async () => {
    const { fleet, survey } = prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web'), template('memory')],
    });
    const planned = await survey({ mode: 'plan', notify: true, reason: 'CVE-2026-1' });
    expect(planned).toEqual({
      next: 'report',
      waves: [],
      quiet: false,
      facts: [
        ...facts,
        { name: 'Reason', value: 'CVE-2026-1' },
        {
          name: 'Warning for web',
          value: 'its overrides have launch templates of their own: each gets a new version',
        },
      ],
    });
    expect((await readRunLog(fleet.ledger, RUN)).leftOut).toMatchObject([
      {
        id: 'web',
        outcome: 'planned',
        reason: `to be moved to ${NEW}: a new version after web version 1, memory version 1; 2 of 2 instances to be replaced`,
      },
    ]);
  });

  it('plans without a new version where only instances are behind', async () => {
    const { fleet, leftOut } = prepare({
      templates: [template('web', [{ ImageId: NEW }, { ImageId: OLD }])],
      groups: [group('web', { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } })],
    });
    await fleet.account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    });
    expect(await leftOut({ mode: 'plan' })).toBe(
      `planned: to be moved to ${NEW}: 2 of 2 instances to be replaced`,
    );
  });

  it('leaves to a run that is under way what it has in its queue: its soaks and approvals are its own', async () => {
    const { fleet, survey } = prepare({
      groups: [group('web'), group('shop')],
      templates: [template('web', [{ ImageId: NEW }]), template('shop')],
    });
    const other = EXECUTION.replace('run-1', 'run-2');
    const at = fleet.account.now();
    await recordQueue(fleet.ledger, 'run-2', ['web', 'shop'], at);
    await writeRow(fleet.ledger, 'image#run-2', NEW, at);
    const line = { id: 'web', outcome: 'updated', reason: '', startedAt: START, endedAt: START };
    await recordOutcome(fleet.ledger, 'run-2', line as ItemReport, at);
    fleet.running.add(other);
    const waves = [wave('web'), wave('shop')];
    expect(await survey({ waves })).toMatchObject({ next: 'report', quiet: true });
    await survey({ waves, notify: true });
    const { leftOut } = await readRunLog(fleet.ledger, RUN);
    expect(leftOut.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`)).toEqual([
      `web skipped: runs ${NEW} already`,
      'shop skipped: the run run-2 has it in its queue',
    ]);
    fleet.running.delete(other);
    expect((await survey({ waves })).waves).toEqual([wave('shop')]);
  });

  it('does not let an AMI be forgotten because another run moves the group to another one', async () => {
    const { fleet, survey } = prepare();
    const at = fleet.account.now();
    await recordQueue(fleet.ledger, 'run-2', ['web'], at);
    await writeRow(fleet.ledger, 'image#run-2', OLD, at);
    fleet.running.add(EXECUTION.replace('run-1', 'run-2'));
    expect(await survey()).toMatchObject({ next: 'report', quiet: false });
    const { leftOut } = await readRunLog(fleet.ledger, RUN);
    expect(leftOut).toMatchObject([
      { id: 'web', outcome: 'postponed', reason: `the run run-2 moves it to ${OLD} first` },
    ]);
  });

  it('changes nothing: neither a group, nor a template', async () => {
    const { fleet, survey } = prepare();
    await survey();
    const reads = /^(Describe|Get|Query|UpdateItem)/;
    expect(fleet.account.calls.filter((call) => !reads.test(call))).toEqual([]);
  });
});
