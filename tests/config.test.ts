import * as fs from 'node:fs';
import * as yaml from 'yaml';
import { numberArguments } from '../components/appstream/auto-updater/arguments';
import { parseSettings } from '../config';

describe('the configuration of a stack', () => {
  it('has sensible defaults, so that an empty stack works', () => {
    expect(parseSettings({})).toEqual({
      mistakes: [],
      settings: {
        appstreamAutoUpdate: true,
        schedule: '0 12 1 * ? *',
        timeZone: 'UTC',
        batchSize: 5,
        attempts: 3,
        pollMinutes: 15,
        startHours: 24,
        finishHours: 24,
        email: { from: '', to: [], identity: '' },
        protectFromDeletion: false,
        amiGroups: {},
        amiFollow: [],
        amiInstanceRoles: [],
        amiOwners: ['self', 'amazon'],
        amiMinimumAgeHours: 24,
        amiAttempts: 1,
        ecsClusters: [],
        opsAlarms: true,
        opsItemSeverity: 3,
        opsItemCategory: 'Security',
      },
    });
  });

  it('is read with its types', () => {
    const { settings, mistakes } = parseSettings({
      appstreamAutoUpdate: 'false',
      schedule: '30 4 ? * WED#2 *',
      timeZone: 'Europe/Berlin',
      batchSize: '200',
      attempts: '1',
      pollMinutes: '60',
      startHours: '240',
      finishHours: '1',
      emailFrom: 'images@example.com',
      emailTo: '["one@example.com","two@example.com"]',
      emailIdentity: 'example.com',
      protectFromDeletion: 'true',
    });
    expect(mistakes).toEqual([]);
    expect(settings).toMatchObject({
      appstreamAutoUpdate: false,
      schedule: '30 4 ? * WED#2 *',
      timeZone: 'Europe/Berlin',
      batchSize: 200,
      attempts: 1,
      pollMinutes: 60,
      startHours: 240,
      finishHours: 1,
      email: {
        from: 'images@example.com',
        to: ['one@example.com', 'two@example.com'],
        identity: 'example.com',
      },
      protectFromDeletion: true,
    });
  });

  it('says what OpsItems are to be, and refuses what AWS does not know', () => {
    const given = { opsAlarms: 'false', opsItemSeverity: '1', opsItemCategory: 'Availability' };
    expect(parseSettings(given)).toMatchObject({
      mistakes: [],
      settings: { opsAlarms: false, opsItemSeverity: 1, opsItemCategory: 'Availability' },
    });
    expect(parseSettings({ opsItemSeverity: '5', opsItemCategory: 'security' }).mistakes).toEqual([
      'opsItemSeverity: given "5"; allowed is a whole number from 1 to 4',
      'opsItemCategory: given "security"; allowed is one of Availability, Cost, Performance, Recovery, Security',
    ]);
  });

  it('takes an empty value for none: Pulumi.yaml cannot declare a key without a default', () => {
    expect(parseSettings({ emailFrom: '', emailTo: '[]', emailIdentity: '' }).mistakes).toEqual([]);
  });

  it('uses the sender as identity unless told otherwise', () => {
    const { settings } = parseSettings({
      emailFrom: 'a@example.com',
      emailTo: '["b@example.com"]',
    });
    expect(settings.email.identity).toBe('a@example.com');
  });

  it('is read with its groups, parameters and clusters', () => {
    const given = {
      amiGroups: { web: { bakeMinutes: 5 }, api: {} },
      amiFollow: [{ name: 'linux', parameter: '/a', waves: [{ groups: ['web'] }] }],
      amiInstanceRoles: ['web-role'],
      amiOwners: ['123456789012'],
      ecsClusters: [{ cluster: 'apps', groups: ['apps'], drainMinutes: 30 }],
    };
    const raw = Object.entries(given).map(([key, value]) => [key, JSON.stringify(value)]);
    const numbers = { amiMinimumAgeHours: '0', amiAttempts: '10' };
    const { settings, mistakes } = parseSettings({ ...Object.fromEntries(raw), ...numbers });
    expect(mistakes).toEqual([]);
    expect(settings).toMatchObject({ ...given, amiMinimumAgeHours: 0, amiAttempts: 10 });
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      'groups that are no object',
      { amiGroups: ['web'] },
      ['amiGroups: given "[\\"web\\"]"; allowed is an object of objects'],
    ],
    [
      'a group that is no object',
      { amiGroups: { web: true } },
      ['amiGroups: given "{\\"web\\":true}"; allowed is an object of objects'],
    ],
    [
      'a misspelt key, and a figure beyond its range, by their paths',
      { amiGroups: { web: { bakeMinute: 5 }, api: { bakeMinutes: 2881 } } },
      [
        'amiGroups.web.bakeMinute: given 5; allowed is nothing: known keys are minHealthyPercentage, maxHealthyPercentage, instanceWarmupSeconds, checkpointDelayMinutes, bakeMinutes, scaleOutMinutes, strategy, protectedInstances, standbyInstances, checkpointPercentages, alarms, ecs',
        'amiGroups.api.bakeMinutes: given 2881; allowed is a whole number from 0 to 2880',
      ],
    ],
    [
      'a cluster in a group',
      { amiGroups: { web: { ecs: { cluster: 'apps', drainMinutes: 1 } } } },
      ['amiGroups.web.ecs.drainMinutes: given 1; allowed is a whole number from 5 to 355'],
    ],
    [
      'parameters that are no list',
      { amiFollow: { name: 'linux' } },
      ['amiFollow: given "{\\"name\\":\\"linux\\"}"; allowed is a list of objects'],
    ],
    [
      'what is wrong with a parameter, by its place in the list',
      {
        amiGroups: { web: {} },
        amiFollow: [
          { name: 'linux', parameter: '/a' },
          { name: 'other one', parameter: '/b', cron: 'x', waves: [{ groups: ['db'] }] },
        ],
      },
      [
        'amiFollow[1].cron: given "x"; allowed is nothing: known keys are name, parameter, schedule, timeZone, waves, notifyWhenCurrent',
        'amiFollow[1].name: given "other one"; allowed is a name of letters, digits and hyphens, 28 at most',
        'amiFollow[1].waves: given "db"; allowed is one of web',
      ],
    ],
    [
      'a parameter that would move nothing',
      { amiFollow: [{ name: 'linux', parameter: '/a' }] },
      ['amiFollow: there is no group to be moved; set amiGroups'],
    ],
    [
      'what is wrong with a cluster',
      { ecsClusters: [{ cluster: 'apps', groups: [], standaloneTasks: 'stop', group: 'x' }] },
      [
        'ecsClusters[0].group: given "x"; allowed is nothing: known keys are cluster, standaloneTasks, standaloneTaskHours, drainMinutes',
        'ecsClusters[0].standaloneTasks: given "stop"; allowed is wait, refuse',
        'ecsClusters[0].groups: given []; allowed is a list of at least one group name, each once',
      ],
    ],
    [
      'a group that two of them name',
      {
        amiGroups: { apps: {} },
        ecsClusters: [{ cluster: 'apps', groups: ['apps'] }],
      },
      ['ecsClusters: the group apps is there twice, or in amiGroups as well'],
    ],
    [
      'roles and owners that are none',
      { amiInstanceRoles: ['arn:aws:iam::1:role/x'], amiOwners: ['self', 'self'] },
      [
        'amiInstanceRoles: given "[\\"arn:aws:iam::1:role/x\\"]"; allowed is a list of names of IAM roles, each once',
        'amiOwners: given "[\\"self\\",\\"self\\"]"; allowed is a list of self, amazon, or account numbers of twelve digits, each once',
      ],
    ],
    [
      'figures beyond their range',
      { amiAttempts: 0, amiMinimumAgeHours: 8761 },
      [
        'amiMinimumAgeHours: given "8761"; allowed is a whole number from 0 to 8760',
        'amiAttempts: given "0"; allowed is a whole number from 1 to 10',
      ],
    ],
  ])('of rollouts is refused: %s', (_, given, expected) => {
    const raw = Object.entries(given).map(([key, value]) => [key, JSON.stringify(value)]);
    expect(parseSettings(Object.fromEntries(raw)).mistakes).toEqual(expected);
  });

  it('is refused with every mistake at once: its key, what was given, what is allowed', () => {
    const { mistakes } = parseSettings({
      batchSize: 'many',
      timeZone: 'Mars/Olympus',
      schedule: '0 12 1 * * *',
      emailTo: '["not an address"]',
      bachSize: '5',
    });
    expect(mistakes).toEqual([
      'schedule: day of week is *; allowed is ? where day of month is 1',
      'timeZone: given "Mars/Olympus"; allowed is an IANA time zone, such as Europe/Berlin',
      'batchSize: given "many"; allowed is a whole number from 1 to 200',
      'emailTo: given "[\\"not an address\\"]"; allowed is a list of e-mail addresses, each once, at most 50',
      'bachSize: unknown key; known are emailFrom, ecsClusters, amiGroups, appstreamAutoUpdate, schedule, timeZone, batchSize, ' +
        'attempts, pollMinutes, startHours, finishHours, emailTo, emailIdentity, protectFromDeletion, amiFollow, amiInstanceRoles, amiOwners, amiMinimumAgeHours, amiAttempts, opsAlarms, opsItemSeverity, opsItemCategory',
    ]);
  });

  it.each([
    ['batchSize', '0'],
    ['batchSize', '201'],
    ['batchSize', '2.5'],
    ['attempts', '0'],
    ['attempts', '11'],
    ['pollMinutes', '0'],
    ['pollMinutes', '61'],
    ['startHours', '0'],
    ['startHours', '241'],
    ['finishHours', '0'],
    ['finishHours', '241'],
    ['timeZone', 'europe/berlin'],
    ['timeZone', '+01:00'],
    ['appstreamAutoUpdate', 'yes'],
    ['emailFrom', 'images@example'],
    ['emailTo', '["a@example.com","a@example.com"]'],
    ['emailTo', 'a@example.com'],
    ['schedule', '0 12 1 * ?'],
    ['schedule', 'Patch Wednesday at 18:00'],
  ])('refuses %s: %s', (key, value) => {
    const { mistakes } = parseSettings({ [key]: value });
    expect(mistakes).toEqual([expect.stringContaining(`${key}: given ${JSON.stringify(value)}`)]);
  });

  it.each([
    ['0 25 1 * ? *', 'hour is 25; allowed is 0 to 23'],
    ['Patch Tuesday + 15 days at 18:00', 'days after Patch Tuesday is 15; allowed is 0 to 14'],
  ])('names the part of a schedule that is wrong: %s', (schedule, mistake) => {
    expect(parseSettings({ schedule }).mistakes).toEqual([`schedule: ${mistake}`]);
  });

  it('may start updates some days after Patch Tuesday', () => {
    const schedule = 'Patch Tuesday + 3 days at 18:00';
    expect(parseSettings({ schedule })).toMatchObject({ mistakes: [], settings: { schedule } });
  });

  it('asks for a sender when there are recipients', () => {
    expect(parseSettings({ emailTo: '["a@example.com"]' }).mistakes).toEqual([
      'emailFrom: not given; it is required with emailTo',
    ]);
  });
});

test('a setting that is encrypted is a mistake, since it would be plain in AWS and in the state', () => {
  const raw = { emailTo: '["a@example.com"]', emailFrom: 'b@example.com', pollMinutes: '15' };
  expect(parseSettings(raw, ['emailFrom']).mistakes).toEqual([
    'emailFrom: is encrypted, but would be plain in AWS; set it with --plaintext',
  ]);
  expect(parseSettings(raw).mistakes).toEqual([]);
});

describe('Pulumi.yaml', () => {
  const declared: Record<string, { type: string; default: unknown; description: string }> =
    yaml.parse(fs.readFileSync('Pulumi.yaml', 'utf8')).config;
  const asPulumiStores = Object.entries(declared).map(([key, { default: value }]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);

  it('declares the defaults that hold without it, and every key', () => {
    const { settings, mistakes } = parseSettings(Object.fromEntries(asPulumiStores));
    expect(mistakes).toEqual([]);
    expect(settings).toEqual(parseSettings({}).settings);
    const { email, ...others } = settings;
    const keys = [...Object.keys(others), ...Object.keys(email).map(emailKey)];
    expect(Object.keys(declared).sort()).toEqual(keys.sort());
  });

  it.each(Object.entries(numberArguments))('says the range of %s', (key, range) => {
    const { minimum, maximum } = range;
    expect(declared[key]?.type).toBe('integer');
    expect(declared[key]?.description).toContain(`, ${minimum} to ${maximum}.`);
  });
});

function emailKey(key: string): string {
  return `email${key[0]?.toUpperCase()}${key.slice(1)}`;
}
