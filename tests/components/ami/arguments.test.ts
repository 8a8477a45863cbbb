import type { AmiRollout } from '../../../components/ami/ami-rollout';
import {
  checkArguments,
  defaultSchedule,
  numberArguments,
  toSettings,
  type AmiRolloutArgs,
  type GroupArgs,
} from '../../../components/ami/ami-rollout/arguments';
import {
  checkArguments as checkClusters,
  defaultParameter,
  ecsGroups,
  type EcsClusterArgs,
} from '../../../components/ami/ecs-ami-refresher/arguments';
import {
  refuseArguments,
  type ArgumentProblem,
} from '../../../components/foundation/argument-error';
import { parseSchedule } from '../../../components/foundation/schedule-time';
import type { Json } from '../../../rehearsal/services/service';

// Arguments are checked before any resource is created, and none of the checks looks at the ledger.
const ledger = {} as AmiRolloutArgs['ledger'];
const check = (args: Json) => lines(checkArguments({ ledger, groups: { web: {} }, ...args }));
const checkGroup = (group: Json) => check({ groups: { web: group } });

/** As people are told. */
function lines(problems: readonly ArgumentProblem[]): string[] {
  return problems.map(
    ({ argument, given, accepted }) => `${argument}: ${JSON.stringify(given)}; ${accepted}`,
  );
}

describe('the arguments of AmiRollout', () => {
  it('may all be left out but the groups', () => {
    expect(check({})).toEqual([]);
    expect(parseSchedule(defaultSchedule)).toBe('cron(0 3 * * ? *)');
  });

  it('have defaults that keep the capacity of a group, and move the tasks of a cluster once', () => {
    expect(toSettings({ ledger, groups: { web: {}, apps: { ecs: { cluster: 'apps' } } } })).toEqual(
      {
        owners: ['self', 'amazon'],
        minimumAgeHours: 24,
        attempts: 1,
        startHours: 24,
        finishHours: 48,
        approvalHours: 72,
        groups: {
          web: {
            strategy: 'instanceRefresh',
            scaleOutMinutes: 60,
            minHealthyPercentage: 100,
            maxHealthyPercentage: 110,
            checkpointPercentages: [],
            checkpointDelayMinutes: 60,
            bakeMinutes: 0,
            alarms: [],
            protectedInstances: 'wait',
            standbyInstances: 'wait',
          },
          apps: {
            strategy: 'instanceRefresh',
            scaleOutMinutes: 60,
            minHealthyPercentage: 100,
            maxHealthyPercentage: 200,
            instanceWarmupSeconds: 1200,
            checkpointPercentages: [],
            checkpointDelayMinutes: 60,
            bakeMinutes: 0,
            alarms: [],
            protectedInstances: 'refresh',
            standbyInstances: 'wait',
            ecs: {
              cluster: 'apps',
              standaloneTasks: 'wait',
              standaloneTaskHours: 12,
              drainMinutes: 15,
            },
          },
        },
      },
    );
  });

  it('are taken as they are given', () => {
    const group: GroupArgs = {
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
      instanceWarmupSeconds: 600,
      checkpointPercentages: [50, 100],
      checkpointDelayMinutes: 0,
      bakeMinutes: 5,
      alarms: ['a'],
      protectedInstances: 'ignore',
      standbyInstances: 'terminate',
      ecs: { cluster: 'c', standaloneTasks: 'refuse', standaloneTaskHours: 1, drainMinutes: 5 },
    };
    expect(checkGroup(group)).toEqual([]);
    expect(
      toSettings({ ledger, groups: { web: group }, owners: ['self'], attempts: 3 }),
    ).toMatchObject({ groups: { web: group }, owners: ['self'], attempts: 3 });
  });

  it.each(Object.entries(numberArguments))('have a range: %s', (argument, range) => {
    const { minimum, maximum, fallback } = range;
    for (const given of [minimum, fallback, maximum]) {
      expect(check({ [argument]: given })).toEqual([]);
    }
    for (const given of [minimum - 1, maximum + 1, fallback + 0.5, '5']) {
      expect(check({ [argument]: given })).toEqual([
        `${argument}: ${JSON.stringify(given)}; a whole number from ${minimum} to ${maximum}`,
      ]);
    }
  });

  it.each<[string, number, number]>([
    ['minHealthyPercentage', 0, 100],
    ['instanceWarmupSeconds', 0, 21_600],
    ['checkpointDelayMinutes', 0, 2880],
    ['bakeMinutes', 0, 2880],
    ['scaleOutMinutes', 5, 1440],
  ])('of a group have a range: %s', (key, minimum, maximum) => {
    const base =
      key === 'scaleOutMinutes' ? { strategy: 'scheduledActions' } : { maxHealthyPercentage: 100 };
    for (const given of [minimum, maximum]) {
      expect(checkGroup({ ...base, [key]: given })).toEqual([]);
    }
    for (const given of [minimum - 1, maximum + 1, 7.5]) {
      expect(checkGroup({ ...base, [key]: given })).toContain(
        `groups.web.${key}: ${given}; a whole number from ${minimum} to ${maximum}`,
      );
    }
  });

  it.each<[string, Json, readonly string[]]>([
    ['no group', { groups: {} }, ['groups: 0; 1 to 200 groups']],
    [
      'more groups than a wave can take',
      { groups: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`g${index}`, {}])) },
      ['groups: 201; 1 to 200 groups'],
    ],
    [
      'no owner',
      { owners: [] },
      ['owners: []; a list of self, amazon, or account numbers of twelve digits'],
    ],
    [
      'an owner that is none',
      { owners: ['self', 'aws-marketplace'] },
      [
        'owners: ["self","aws-marketplace"]; a list of self, amazon, or account numbers of twelve digits',
      ],
    ],
    [
      'a time zone that is none',
      { timeZone: 'Mars/Olympus' },
      ['timeZone: "Mars/Olympus"; an IANA time zone, such as Europe/Berlin'],
    ],
    [
      'a sender without recipients',
      { email: { from: 'a@example.com', to: [] } },
      ['email.to: []; at least one address'],
    ],
  ])('are refused: %s', (_, args, expected) => {
    expect(check(args)).toEqual(expected);
  });

  it.each<[string, Json, readonly string[]]>([
    [
      'a warmup that ends before the drain may be called stalled',
      { ecs: { cluster: 'c', drainMinutes: 10 }, instanceWarmupSeconds: 899 },
      [
        'groups.web.instanceWarmupSeconds: 899; no less than drainMinutes and five more, which are 900 seconds',
      ],
    ],
    [
      'an unknown key',
      { minHealthy: 90 },
      [
        'groups.web.minHealthy: 90; nothing: known keys are minHealthyPercentage, maxHealthyPercentage, instanceWarmupSeconds, checkpointDelayMinutes, bakeMinutes, scaleOutMinutes, strategy, protectedInstances, standbyInstances, checkpointPercentages, alarms, ecs',
      ],
    ],
    [
      'an unknown strategy',
      { strategy: 'blueGreen' },
      ['groups.web.strategy: "blueGreen"; instanceRefresh, scheduledActions'],
    ],
    [
      'an unknown fate of protected instances',
      { protectedInstances: 'terminate' },
      ['groups.web.protectedInstances: "terminate"; wait, ignore, refresh'],
    ],
    [
      'an unknown fate of instances in Standby',
      { standbyInstances: 'refresh' },
      ['groups.web.standbyInstances: "refresh"; wait, ignore, terminate'],
    ],
    [
      'a span that AWS does not take',
      { minHealthyPercentage: 50, maxHealthyPercentage: 151 },
      [
        'groups.web.maxHealthyPercentage: 151; at most 100 more than minHealthyPercentage, which is 50',
      ],
    ],
    [
      'the same with a default',
      { minHealthyPercentage: 0 },
      [
        'groups.web.maxHealthyPercentage: 110; at most 100 more than minHealthyPercentage, which is 0',
      ],
    ],
    [
      'checkpoints that do not ascend',
      { checkpointPercentages: [50, 50, 100] },
      [
        'groups.web.checkpointPercentages: [50,50,100]; ascending whole percentages from 1 on, the last of them 100',
      ],
    ],
    [
      'checkpoints that never end',
      { checkpointPercentages: [10, 90] },
      [
        'groups.web.checkpointPercentages: [10,90]; ascending whole percentages from 1 on, the last of them 100',
      ],
    ],
    [
      'a checkpoint of nothing',
      { checkpointPercentages: [0, 100] },
      [
        'groups.web.checkpointPercentages: [0,100]; ascending whole percentages from 1 on, the last of them 100',
      ],
    ],
    [
      'eleven alarms',
      { alarms: 'abcdefghijk'.split('') },
      [
        'groups.web.alarms: ["a","b","c","d","e","f","g","h","i","j","k"]; a list of at most 10 names, each once',
      ],
    ],
    [
      'a name for a list of alarms',
      { alarms: 'web-5xx' },
      ['groups.web.alarms: "web-5xx"; a list of at most 10 names, each once'],
    ],
    [
      'a figure for a list of checkpoints',
      { checkpointPercentages: 100 },
      [
        'groups.web.checkpointPercentages: 100; ascending whole percentages from 1 on, the last of them 100',
      ],
    ],
    [
      'a cluster without a name',
      { ecs: {} },
      ['groups.web.ecs.cluster: undefined; the name of an ECS cluster'],
    ],
    [
      'an unknown fate of standalone tasks',
      { ecs: { cluster: 'c', standaloneTasks: 'stop' } },
      ['groups.web.ecs.standaloneTasks: "stop"; wait, refuse'],
    ],
    [
      'an unknown key of a cluster',
      { ecs: { cluster: 'c', drain: 5 } },
      [
        'groups.web.ecs.drain: 5; nothing: known keys are cluster, standaloneTasks, standaloneTaskHours, drainMinutes',
      ],
    ],
    [
      'times of a cluster beyond their range',
      { ecs: { cluster: 'c', standaloneTaskHours: 0, drainMinutes: 4 } },
      [
        'groups.web.ecs.standaloneTaskHours: 0; a whole number from 1 to 240',
        'groups.web.ecs.drainMinutes: 4; a whole number from 5 to 355',
      ],
    ],
  ])('of a group are refused: %s', (_, group, expected) => {
    expect(checkGroup(group)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ['a setting of refreshes', { minHealthyPercentage: 90 }],
    ['checkpoints', { checkpointPercentages: [100] }],
    ['a cluster', { ecs: { cluster: 'c' } }],
  ])('of a group that is moved by scheduled actions are refused: %s', (_, settings) => {
    const [key] = Object.keys(settings);
    const problems = checkGroup({ strategy: 'scheduledActions', ...settings });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toContain(`groups.web.${key}`);
  });

  const follow = (...sources: Json[]) =>
    check({
      groups: { web: {}, api: {}, apps: { ecs: { cluster: 'apps' } } },
      follow: sources.map((source) => ({ name: 'linux', parameter: '/a', ...source })),
    });

  it.each<[string, Json, readonly string[]]>([
    ['nothing wrong', { schedule: 'Patch Tuesday + 1 day at 4:00', timeZone: 'Europe/Berlin' }, []],
    [
      'a name that is none',
      { name: 'a b' },
      ['follow[0].name: "a b"; a name of letters, digits and hyphens, 28 at most'],
    ],
    [
      'a name that is too long for a schedule',
      { name: 'a'.repeat(29) },
      [`follow[0].name: "${'a'.repeat(29)}"; a name of letters, digits and hyphens, 28 at most`],
    ],
    [
      'no parameter',
      { parameter: undefined },
      ['follow[0].parameter: undefined; the name of an SSM parameter'],
    ],
    [
      'a parameter that is none',
      { parameter: 'arn:x' },
      ['follow[0].parameter: "arn:x"; the name of an SSM parameter'],
    ],
    [
      'a schedule with a wrong field',
      { schedule: '0 25 * * ? *' },
      ['follow[0].schedule: hour: "25"; 0 to 23'],
    ],
    [
      'a time zone that is none',
      { timeZone: 'CEST+1' },
      ['follow[0].timeZone: "CEST+1"; an IANA time zone, such as Europe/Berlin'],
    ],
    [
      'an unknown key',
      { groups: ['web'] },
      [
        'follow[0].groups: ["web"]; nothing: known keys are name, parameter, schedule, timeZone, waves, notifyWhenCurrent',
      ],
    ],
    [
      'a flag that is none',
      { notifyWhenCurrent: 'no' },
      ['follow[0].notifyWhenCurrent: "no"; true or false'],
    ],
    [
      'a misspelt key of a wave, which its runs would refuse every day',
      { waves: [{ groups: ['web'], soak: 5 }] },
      [
        'follow[0].waves: [{"groups":["web"],"soak":5}]; a list of 1 to 20 waves, each with groups, soakMinutes, alarms and approval',
      ],
    ],
    [
      'waves that are none',
      { waves: 'web' },
      [
        'follow[0].waves: "web"; a list of 1 to 20 waves, each with groups, soakMinutes, alarms and approval',
      ],
    ],
    [
      'a group that nobody knows',
      { waves: [{ groups: ['web', 'db'] }] },
      ['follow[0].waves: "db"; one of web, api, apps'],
    ],
    [
      'a group in two waves',
      { waves: [{ groups: ['web'] }, { groups: ['api', 'web'] }] },
      ['follow[0].waves: "web"; each group once'],
    ],
  ])('of a parameter that is followed: %s', (_, source, expected) => {
    expect(follow(source)).toEqual(expected);
  });

  it('let two parameters move no group in turns', () => {
    const one = (...groups: string[]) => ({ waves: [{ groups }] });
    expect(follow(one('web'), one('api'))).toEqual([]);
    expect(follow(one('web', 'api'), one('api'))).toEqual([
      'follow[1]: "api"; groups that no other followed parameter moves',
    ]);
    // Without waves it is every group but those of clusters.
    expect(follow({}, one('apps'))).toEqual([]);
    expect(follow({}, one('web'))).toEqual([
      'follow[1]: "web"; groups that no other followed parameter moves',
    ]);
  });

  it('are refused all at once', () => {
    const problems = checkArguments({
      ledger,
      attempts: 0,
      groups: { web: { bakeMinutes: -1 } },
      owners: [],
    });
    expect(() => refuseArguments('AmiRollout', 'wrong', problems)).toThrow(
      [
        'AmiRollout "wrong" has wrong arguments:',
        '  attempts: given 0; accepted is a whole number from 1 to 10',
        '  groups.web.bakeMinutes: given -1; accepted is a whole number from 0 to 2880',
        '  owners: given []; accepted is a list of self, amazon, or account numbers of twelve digits',
      ].join('\n'),
    );
  });
});

describe('the arguments of EcsAmiRefresher', () => {
  const rollout = { groups: ['apps', 'web'], followingGroups: ['web'] } as unknown as AmiRollout;
  const ofClusters = (...clusters: Json[]) =>
    lines(
      checkClusters({
        rollout,
        clusters: clusters.map((one) => ({ cluster: 'apps', groups: ['apps'], ...one })),
      }),
    );

  it('need a cluster and its groups only', () => {
    expect(ofClusters({})).toEqual([]);
    expect(defaultParameter).toBe('/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended');
  });

  it('make the groups that the rollout is to have', () => {
    const clusters: EcsClusterArgs[] = [
      { cluster: 'apps', groups: ['one', 'two'], standaloneTasks: 'refuse', drainMinutes: 9 },
      { cluster: 'jobs', groups: ['three'], standaloneTaskHours: 100, parameter: '/a' },
    ];
    const apps = { ecs: { cluster: 'apps', standaloneTasks: 'refuse', drainMinutes: 9 } };
    expect(ecsGroups(clusters)).toEqual({
      one: apps,
      two: apps,
      three: { ecs: { cluster: 'jobs', standaloneTaskHours: 100 } },
    });
    expect(checkArguments({ ledger, groups: ecsGroups(clusters) })).toEqual([]);
  });

  it.each<[string, readonly Json[], readonly string[]]>([
    ['no cluster', [{ cluster: '' }], ['clusters[0].cluster: ""; the name of an ECS cluster']],
    [
      'an ARN for a name',
      [{ cluster: 'arn:aws:ecs:eu-west-1:1:cluster/a' }],
      ['clusters[0].cluster: "arn:aws:ecs:eu-west-1:1:cluster/a"; the name of an ECS cluster'],
    ],
    [
      'no group',
      [{ groups: [] }],
      ['clusters[0].groups: []; a list of at least one group name, each once'],
    ],
    [
      'a group that the rollout does not have',
      [{ groups: ['apps', 'db'] }],
      ['clusters[0].groups: "db"; groups of the rollout: apps, web'],
    ],
    [
      'a group that follows a parameter already',
      [{ groups: ['web'] }],
      ['clusters[0].groups: "web"; groups that follow no other parameter'],
    ],
    ['a cluster twice', [{}, {}], ['clusters: "apps"; each cluster once']],
    [
      'a schedule that is none',
      [{ schedule: 'daily' }],
      [
        'clusters[0].schedule: "daily"; six cron fields, such as 0 12 1 * ? *, or a day after Patch Tuesday, such as Patch Tuesday + 3 days at 18:00',
      ],
    ],
    [
      'a time zone that is none',
      [{ timeZone: 'Berlin' }],
      ['clusters[0].timeZone: "Berlin"; an IANA time zone, such as Europe/Berlin'],
    ],
    [
      'a parameter that is none',
      [{ parameter: 'a b' }],
      ['clusters[0].parameter: "a b"; the name of an SSM parameter'],
    ],
    [
      'a flag that is none',
      [{ notifyWhenCurrent: 'yes' }],
      ['clusters[0].notifyWhenCurrent: "yes"; true or false'],
    ],
    [
      'times beyond their range',
      [{ standaloneTaskHours: 241, drainMinutes: 356 }],
      [
        'clusters[0].standaloneTaskHours: 241; a whole number from 1 to 240',
        'clusters[0].drainMinutes: 356; a whole number from 5 to 355',
      ],
    ],
    [
      'an unknown key',
      [{ drain: 1 }],
      [
        'clusters[0].drain: 1; nothing: known keys are cluster, standaloneTasks, standaloneTaskHours, drainMinutes',
      ],
    ],
  ])('are refused: %s', (_, clusters, expected) => {
    expect(ofClusters(...clusters)).toEqual(expected);
  });
});
