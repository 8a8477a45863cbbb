import { createHandler } from '../../../functions/ami/resolve-image';
import type { RolloutSettings } from '../../../functions/ami/settings';
import type { Json } from '../../../rehearsal/services/service';
import { namedError } from '../../support/emulated-clients';
import { ACCOUNT, ami, fleetOf, group, NEW, settingsOf, START, template } from './support';

const AMAZON = '137112412989';
const PARAMETER = '/golden/web';

function prepare(
  value: string,
  others: { image?: Json; settings?: Partial<RolloutSettings> } = {},
) {
  const { account } = fleetOf({
    groups: [group('web'), group('api')],
    templates: [template('web'), template('api')],
    ssm: { parameters: [{ Name: PARAMETER, Type: 'String', Value: value }] },
    images: others.image === undefined ? [] : [others.image],
  });
  const handler = createHandler({ ...account, account: ACCOUNT });
  const settings = settingsOf({ web: {}, api: {} }, others.settings);
  return (input: Json) => handler({ input, settings, startedAt: START });
}

const SPECIAL = 'ami-00000000000000099';
const special = (members: Json, created = '2026-01-01T00:00:00.000Z') =>
  ami(SPECIAL, created, members);

describe('resolving what is rolled out', () => {
  it('takes the id of an AMI, for all groups in one wave', async () => {
    const resolve = prepare('');
    expect(await resolve({ ami: NEW })).toEqual({
      next: 'survey',
      mode: 'rollout',
      image: {
        id: NEW,
        name: `name-of-${NEW}`,
        state: 'available',
        createdAt: '2026-01-10T00:00:00.000Z',
        owner: ACCOUNT,
        architecture: 'x86_64',
        virtualization: 'hvm',
        rootDeviceType: 'ebs',
        rootDeviceName: '/dev/xvda',
      },
      waves: [{ groups: ['web', 'api'], soakMinutes: 0, alarms: [], approval: false }],
      force: false,
      newerThan: '2026-01-10T00:00:00.000Z',
      notify: false,
      tooYoung: '',
      reason: '',
    });
  });

  it.each([
    ['a plain id', NEW],
    ['an id with white space around it', ` ${NEW}\n`],
    ['the JSON form of ECS', JSON.stringify({ image_id: NEW, ecs_agent_version: '1.101.0' })],
  ])('reads a parameter that holds %s', async (_, value) => {
    expect(await prepare(value)({ parameter: PARAMETER })).toMatchObject({ image: { id: NEW } });
  });

  it.each([
    ['another text', 'latest', '"latest"'],
    ['JSON without an image', '{"name":"x"}', '"{\\"name\\":\\"x\\"}"'],
    ['half a JSON', '{"image_id":', '"{\\"image_id\\":"'],
    ['an id that is none', '{"image_id":"i-1"}', '"{\\"image_id\\":\\"i-1\\"}"'],
  ])('refuses a parameter that holds %s', async (_, value, shown) => {
    await expect(prepare(value)({ parameter: PARAMETER })).rejects.toMatchObject({
      name: 'ImageRefused',
      message: `The parameter ${PARAMETER} holds ${shown}, which is neither the id of an AMI nor JSON with one as image_id.`,
    });
  });

  it.each(['/gone', `${PARAMETER}:7`])(
    'refuses %s, which is not there, for good: the workflow does not ask again',
    async (parameter) => {
      await expect(prepare(NEW)({ parameter })).rejects.toMatchObject({
        name: 'ImageRefused',
        message: `There is no parameter ${parameter}.`,
      });
    },
  );

  it('lets other errors of AWS through: the workflow asks again', async () => {
    const ssm = {
      getParameter: async () => {
        throw namedError('ThrottlingException', 'Rate exceeded');
      },
    };
    const handler = createHandler({ ...fleetOf().account, ssm, account: ACCOUNT });
    const event = { input: { parameter: PARAMETER }, settings: settingsOf({ web: {} }) };
    await expect(handler({ ...event, startedAt: START })).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
  });

  it.each<[string, Json, string]>([
    ['is not there', undefined, 'there is no such AMI, or this account may not see it'],
    ['is not ready', special({ State: 'pending' }), 'it is pending'],
    ['is disabled', special({ State: 'disabled' }), 'it is disabled'],
    [
      'is deprecated by now',
      special({ DeprecationTime: START }),
      `it is deprecated since ${START}`,
    ],
    [
      'is a stranger’s',
      special({ OwnerId: '999999999999' }),
      'it belongs to 999999999999; allowed is self, amazon',
    ],
    [
      'is of the marketplace',
      special({ OwnerId: '679593333241', ImageOwnerAlias: 'aws-marketplace' }),
      'it belongs to aws-marketplace; allowed is self, amazon',
    ],
  ])('refuses an AMI that %s, wherever it is named', async (_, image, problem) => {
    const others = image === undefined ? {} : { image };
    await expect(prepare('', others)({ ami: SPECIAL })).rejects.toMatchObject({
      name: 'ImageRefused',
      message: `${SPECIAL} cannot be rolled out: ${problem}.`,
    });
    await expect(prepare(SPECIAL, others)({ parameter: PARAMETER })).rejects.toMatchObject({
      message: `${SPECIAL} of ${PARAMETER} cannot be rolled out: ${problem}.`,
    });
  });

  it.each<[string, Json, readonly string[]]>([
    ['of the account itself', special({}), ['self']],
    ['of Amazon', special({ OwnerId: AMAZON, ImageOwnerAlias: 'amazon' }), ['amazon']],
    ['of an account by number', special({ OwnerId: '999999999999' }), ['999999999999']],
    [
      'that is deprecated only later',
      special({ DeprecationTime: '2026-02-01T12:00:01.000Z' }),
      ['self'],
    ],
  ])('takes an AMI %s where its owner is allowed', async (_, image, owners) => {
    const resolve = prepare('', { image, settings: { owners } });
    expect(await resolve({ ami: SPECIAL })).toMatchObject({ next: 'survey' });
  });

  it('says of an AMI that is too young how old it is, unless it is forced', async () => {
    const young = (created: string) => prepare('', { image: special({}, created) });
    const tooYoung = `${SPECIAL} is 23 hours old; it is rolled out from 24 hours on`;
    const resolve = young('2026-01-31T12:00:01.000Z');
    expect(await resolve({ ami: SPECIAL })).toMatchObject({ next: 'survey', tooYoung });
    expect(await resolve({ ami: SPECIAL, force: true })).toMatchObject({
      tooYoung: '',
      force: true,
      // Also a group that runs a newer one is moved.
      newerThan: '',
    });
    const old = young('2026-01-31T12:00:00.000Z');
    expect(await old({ ami: SPECIAL })).toMatchObject({ tooYoung: '' });
  });

  it('takes the groups or waves of the input, with the defaults of a wave', async () => {
    const resolve = prepare('');
    expect((await resolve({ ami: NEW, groups: ['api'] })).waves).toEqual([
      { groups: ['api'], soakMinutes: 0, alarms: [], approval: false },
    ]);
    const waves = [
      { groups: ['web'], soakMinutes: 60, alarms: ['a'] },
      { groups: ['api'], approval: true },
    ];
    expect((await resolve({ ami: NEW, waves })).waves).toEqual([
      { groups: ['web'], soakMinutes: 60, alarms: ['a'], approval: false },
      { groups: ['api'], soakMinutes: 0, alarms: [], approval: true },
    ]);
  });

  it('refuses a group that the component does not have, and one that is in two waves', async () => {
    const resolve = prepare('');
    await expect(resolve({ ami: NEW, groups: ['web', 'db', 'cache'] })).rejects.toMatchObject({
      name: 'InvalidInput',
      message:
        'The input of the run is wrong: no settings for the group db, cache; known are web, api.',
    });
    const waves = [{ groups: ['web'] }, { groups: ['api', 'web'] }];
    await expect(resolve({ ami: NEW, waves })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: 'The input of the run is wrong: the group web is in two waves.',
    });
  });

  it('does nothing but on the day after Patch Tuesday that it is told', async () => {
    const resolve = prepare('');
    const input = { ami: NEW, patchTuesdayPlusDays: 1, timeZone: 'Europe/Berlin' };
    // The second Tuesday of February 2026 is the tenth.
    for (const [scheduledTime, next] of [
      ['2026-02-10T22:59:59Z', 'nothing'],
      ['2026-02-10T23:00:00Z', 'survey'],
      ['2026-02-11T23:00:00Z', 'nothing'],
    ]) {
      expect(await resolve({ ...input, scheduledTime })).toMatchObject({ next });
    }
    // Without a schedule it is the start of the run that counts: February 1.
    expect(await resolve(input)).toMatchObject({ next: 'nothing', image: {}, tooYoung: '' });
  });

  it('reports a plan in any case, and whatever else wants it', async () => {
    const resolve = prepare('');
    expect(await resolve({ ami: NEW, mode: 'plan', reason: 'CVE' })).toMatchObject({
      mode: 'plan',
      notify: true,
      reason: 'CVE',
    });
    expect(await resolve({ ami: NEW, notifyWhenCurrent: true })).toMatchObject({ notify: true });
  });

  it('refuses a wrong input before it asks AWS for anything', async () => {
    await expect(prepare('')({ ami: NEW, bogus: 1 })).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});
