import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { amis, at, configOf, estateOf, published } from '../../support/groups-of-estates';
import {
  broken,
  changes,
  groupOf,
  messages,
  running,
  templateOf,
  told,
} from '../../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import { record } from '../../support/pulumi-mocks';
import { AmiRollout } from '../../../components/ami/ami-rollout';
import { Ledger } from '../../../components/foundation/ledger';
import { Seed } from './seed';

const arrives = (ami: string, day = 0) => published(ami, at(day, 1));
const configuration = configOf({ web: {} });

/** An older version that another group pins, and the one that runs. */
const pinned = (version: string): Json =>
  estateOf(
    {
      web: { versions: [{ InstanceType: 'm5.large' }, {}], version },
      legacy: { template: 'web', versions: [{ InstanceType: 'm5.large' }, {}], desired: 1 },
    },
    { events: [arrives(amis.good), arrives(amis.newer, 1), arrives(amis.newest, 2)] },
  );

const volume = { SnapshotId: 'snap-0e41b7a9c2d385f06', VolumeType: 'gp3' };
const withData = { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: volume }] };
/** What runs has a volume with data; what somebody tries out has not, and is too small. */
const untested = estateOf(
  { web: { versions: [withData, { InstanceType: 't3.nano' }] } },
  { events: [arrives(amis.good)] },
);

const inJson = (value: string): Json =>
  estateOf({ web: {} }, { events: [published(value, at(0, 1))] });
const recommended = JSON.stringify({ image_id: amis.good, image_version: '2026.1' });

const scenarios = {
  killed: {
    days: 2,
    estate: estateOf({ web: {} }, { events: [arrives(amis.good)] }),
    config: configuration,
    faults: [{ kind: 'killExecution', at: { operation: 'ec2:CreateLaunchTemplateVersion' } }],
  },
  three: { days: 3, estate: pinned('2'), config: configuration },
  bad: {
    days: 1,
    estate: estateOf({ web: {} }, { events: [arrives(amis.bad)] }),
    config: configuration,
  },
  good: {
    days: 1,
    estate: estateOf({ web: {} }, { events: [arrives(amis.good)] }),
    config: configuration,
  },
  retried: {
    days: 1,
    estate: untested,
    config: configuration,
    faults: [
      { kind: 'lostAnswer', at: { operation: 'ec2:CreateLaunchTemplateVersion' } },
      {
        kind: 'duplicateEvent',
        at: { operation: 'states:StartExecution', caller: 'schedule:*follow-linux*' },
        delaySeconds: 0,
      },
    ],
  },
  json: { days: 1, estate: inJson(recommended), config: configuration },
  nonsense: { days: 1, estate: inJson('{"image": "al2023"}'), config: configuration },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 600_000);

const four = (ami: string) => Array<string>(4).fill(ami);

describe('defect 1: a run that dies after it made the version', () => {
  test('leaves the seed with "AMI is current", and the old AMI for ever', () => {
    // A template whose next version is the second has no version to delete: AWS refuses version 0.
    const events = [arrives(amis.good)];
    const seed = new Seed(estateOf({ web: { version: '$Default' } }, { events }), 'web');
    seed.wait(3);
    expect(() => seed.run()).toThrow('InvalidParameterValue: Value (0)');
    seed.wait(24);
    expect(seed.run()).toBe('AMI was not updated. AMI is current.');
    seed.wait(24);
    expect(running(seed.estate, 'web')).toEqual(four(amis.current));
  });

  test('is healed here by the next one: the group is compared, not the newest version', () => {
    const { killed } = results;
    const dead = killed.executions.find(({ status }) => status !== 'SUCCEEDED');
    expect(dead?.status).toBe('ABORTED');
    expect(running(killed.estate, 'web')).toEqual(four(amis.good));
    const { numbers, dataOf } = templateOf(killed.estate, 'web');
    // What the dead run had made was cleared away in the morning.
    expect(numbers.map((number) => dataOf(number).ImageId)).toEqual([amis.current, amis.good]);
    expect(broken(killed)).toEqual([]);
  });
});

describe('defect 2: the version before the last but one', () => {
  test('is deleted by the seed although another group launches from it', () => {
    const seed = new Seed(pinned('$Default'), 'web');
    seed.wait(3);
    seed.run();
    expect(templateOf(seed.estate, 'web').numbers).toEqual([2, 3]);
    expect(groupOf(seed.estate, 'legacy').LaunchTemplate.Version).toBe('1');
  });

  test('stays here, as does whatever people made; only our own go, the previous good one excepted', () => {
    const { three } = results;
    expect(told(three).map(({ web }) => web?.split(' (')[0])).toEqual(
      [amis.good, amis.newer, amis.newest].map((ami) => `updated: runs ${ami}`),
    );
    const { numbers, dataOf, default: standing } = templateOf(three.estate, 'web');
    expect([numbers, standing]).toEqual([[1, 2, 4, 5], 5]);
    expect(numbers.map((number) => dataOf(number).ImageId)).toEqual([
      amis.current,
      amis.current,
      amis.newer,
      amis.newest,
    ]);
    expect(running(three.estate, 'legacy')).toEqual([amis.current]);
    expect(broken(three)).toEqual([]);
  });
});

describe('defect 3: the default version', () => {
  test('is moved by the seed before anything runs the AMI, and what ran is deleted', () => {
    const seed = new Seed(
      estateOf(
        { web: { versions: [{}, {}, {}], version: '$Default' } },
        { events: [arrives(amis.bad)] },
      ),
      'web',
    );
    seed.wait(3);
    seed.run();
    expect(templateOf(seed.estate, 'web')).toMatchObject({ default: 4, numbers: [1, 3, 4] });
    expect(running(seed.estate, 'web')).toEqual(four(amis.current));
  });

  test('is moved here after the refresh has succeeded, and not at all when it fails', () => {
    const { good, bad } = results;
    const moved = (result: RehearsalResult) =>
      result.calls.filter(({ action }) => action === 'ec2:ModifyLaunchTemplate');
    expect(moved(good)).toHaveLength(1);
    expect(good.refreshes).toMatchObject([{ status: 'Successful' }]);
    expect(Date.parse(moved(good)[0]?.at ?? '')).toBeGreaterThan(
      Date.parse(good.refreshes?.[0]?.endedAt ?? ''),
    );
    expect(templateOf(good.estate, 'web')).toMatchObject({ default: 2, numbers: [1, 2] });

    expect(bad.refreshes).toMatchObject([{ status: 'RollbackSuccessful' }]);
    expect(moved(bad)).toEqual([]);
    expect(templateOf(bad.estate, 'web')).toMatchObject({ default: 1, numbers: [1] });
    expect(running(bad.estate, 'web')).toEqual(four(amis.current));
  });
});

describe('defect 7: what the new version is made of', () => {
  test("is somebody's untested newest version with the seed, without the data volume, and twice when retried", () => {
    const seed = new Seed(untested, 'web');
    seed.wait(3);
    seed.createVersion(seed.latestAmi());
    seed.createVersion(seed.latestAmi());
    const { numbers, dataOf } = templateOf(seed.estate, 'web');
    expect(numbers).toEqual([1, 2, 3, 4]);
    expect(dataOf(4)).toEqual({ ImageId: amis.good, InstanceType: 't3.nano' });
    // Even from the right version the snapshot would be lost.
    const inherited = seed.call('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: amis.good },
    }).LaunchTemplateVersion.LaunchTemplateData;
    expect(inherited.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId).toBeUndefined();
  });

  test('is what the group runs here, snapshots included, once, also when an answer is lost and two runs start at once', () => {
    const { retried } = results;
    const starts = retried.executions.filter(({ trigger }) => trigger.includes('follow-linux'));
    expect(starts).toHaveLength(2);
    const made = retried.calls.filter(({ action }) => action === 'ec2:CreateLaunchTemplateVersion');
    expect(made.length).toBeGreaterThan(1);
    const { numbers, dataOf } = templateOf(retried.estate, 'web');
    expect(numbers).toEqual([1, 2, 3]);
    expect(dataOf(3)).toEqual({ ...dataOf(1), ImageId: amis.good });
    expect(dataOf(3).BlockDeviceMappings[0].Ebs.SnapshotId).toBe(volume.SnapshotId);
    expect(retried.refreshes).toHaveLength(1);
    expect(running(retried.estate, 'web')).toEqual(four(amis.good));
    expect(broken(retried)).toEqual([]);
  });
});

describe('defect 8: a parameter that holds JSON', () => {
  test('becomes the AMI of a version with the seed, from which nothing launches', () => {
    const seed = new Seed(inJson(recommended), 'web');
    seed.wait(3);
    seed.createVersion(seed.latestAmi());
    expect(templateOf(seed.estate, 'web').dataOf(2).ImageId).toBe(recommended);
  });

  test('is read here; what holds no AMI is refused by its name, before anything is made', () => {
    const { json, nonsense } = results;
    expect(running(json.estate, 'web')).toEqual(four(amis.good));
    expect(changes(nonsense)).toEqual([]);
    const [only, ...others] = messages(nonsense);
    expect(others).toEqual([]);
    expect(only?.text).toContain(
      'The parameter /golden/linux holds "{\\"image\\": \\"al2023\\"}", which is neither the id of an AMI nor JSON with one as image_id.',
    );
  });
});

describe('defect 10: what AWS does not document, and what nobody checks', () => {
  test('is what the seed asks for, and the emulation refuses', () => {
    const seed = new Seed(estateOf({ web: {} }), 'web');
    expect(() =>
      seed.call('ec2', 'ModifyLaunchTemplate', {
        LaunchTemplateName: 'web',
        DefaultVersion: '$Latest',
      }),
    ).toThrow('NotImplemented');
  });

  test('is not asked for here: nothing refused, and the default is a number', () => {
    const { good } = results;
    expect(good.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(templateOf(good.estate, 'web').default).toBe(2);
  });

  test('is checked here: a function without its settings says which one is missing', async () => {
    const folder = path.join(__dirname, '..', '..', '..', 'functions', 'ami');
    const withSettings: string[] = [];
    for (const file of fs.readdirSync(folder)) {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      if (!/requireVariable\(|ledger: createLedger\(\)/.test(text)) continue;
      withSettings.push(file);
      const { factory } = (await import(path.join(folder, file))) as { factory: () => unknown };
      expect(factory).toThrow(/LEDGER_TABLE|ACCOUNT|START_HOURS|FINISH_HOURS|ATTEMPTS/);
    }
    expect(withSettings.length).toBeGreaterThan(8);
  });

  test('and what a schedule cannot deliver waits in a queue', async () => {
    const recorded = await record(() => {
      const follow = [{ name: 'linux', parameter: '/golden/linux' }];
      new AmiRollout('rollout', { ledger: new Ledger('ledger'), groups: { web: {} }, follow });
    });
    const schedules = recorded.filter(({ type }) => type === 'aws:scheduler/schedule:Schedule');
    expect(schedules.length).toBeGreaterThan(1);
    const queues = recorded.filter(({ type }) => type === 'aws:sqs/queue:Queue');
    for (const { name, inputs } of schedules) {
      expect([name, inputs.target.deadLetterConfig.arn]).toEqual([
        name,
        expect.stringMatching(new RegExp(queues.map((queue) => queue.name).join('|'))),
      ]);
    }
  });
});
