import { checkRolloutInput } from '../../../functions/ami/rollout-input';
import { NEW } from './support';

const known =
  'mode, ami, parameter, groups, waves, force, notifyWhenCurrent, reason, trigger, run, patchTuesdayPlusDays, timeZone, scheduledTime';
const waves =
  'a list of 1 to 20 waves, such as {"groups": ["web"], "soakMinutes": 60, "alarms": [], "approval": false}';

describe('the input of a rollout', () => {
  it.each([
    [{ ami: NEW }],
    [{ ami: 'ami-12345678', groups: ['web'], force: true, reason: 'CVE-2026-1', trigger: 'me' }],
    [{ mode: 'plan', parameter: '/golden/web', notifyWhenCurrent: true }],
    [
      {
        ami: NEW,
        waves: [
          { groups: ['a'], soakMinutes: 43_200 },
          { groups: ['b'], alarms: ['x'], approval: true },
        ],
      },
    ],
    [{ mode: 'reconcile' }],
    [{ mode: 'stop' }],
    [{ mode: 'approve', run: 'run-1' }],
    [
      {
        ami: NEW,
        patchTuesdayPlusDays: 0,
        timeZone: 'Europe/Berlin',
        scheduledTime: '2026-02-10T12:00:00Z',
      },
    ],
  ])('is taken as it is: %j', (input) => {
    expect(checkRolloutInput(input)).toEqual(input);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'give either ami or parameter'],
    ['nothing at all', null, 'give either ami or parameter'],
    ['a plan of nothing', { mode: 'plan' }, 'give either ami or parameter'],
    ['both sources', { ami: NEW, parameter: '/a' }, 'give either ami or parameter'],
    [
      'groups and waves',
      { ami: NEW, groups: ['a'], waves: [{ groups: ['b'] }] },
      'give either groups or waves',
    ],
    ['an approval of nothing', { mode: 'approve' }, 'run must name the execution that is approved'],
    [
      'an unknown mode',
      { mode: 'rolout', ami: NEW },
      'mode is "rolout"; allowed is one of rollout, plan, reconcile, approve, stop',
    ],
    [
      'no AMI id',
      { ami: 'ami-XYZ' },
      'ami is "ami-XYZ"; allowed is an AMI id such as ami-0123456789abcdef0',
    ],
    [
      'a nameless parameter',
      { parameter: '' },
      'parameter is ""; allowed is the name of an SSM parameter',
    ],
    ['an unknown key', { ami: NEW, grups: ['a'] }, `unknown key grups; known are ${known}`],
    [
      'no groups',
      { ami: NEW, groups: [] },
      'groups is []; allowed is a list of 1 to 200 group names, each once',
    ],
    [
      'a group twice',
      { ami: NEW, groups: ['a', 'a'] },
      'groups is ["a","a"]; allowed is a list of 1 to 200 group names, each once',
    ],
    ['no waves', { ami: NEW, waves: [] }, `waves is []; allowed is ${waves}`],
    ['a wave of nothing', { ami: NEW, waves: [null] }, `waves is [null]; allowed is ${waves}`],
    [
      'a wave without groups',
      { ami: NEW, waves: [{ groups: [] }] },
      `waves is [{"groups":[]}]; allowed is ${waves}`,
    ],
    [
      'a misspelt key in a wave',
      { ami: NEW, waves: [{ groups: ['a'], soak: 5 }] },
      `waves is [{"groups":["a"],"soak":5}]; allowed is ${waves}`,
    ],
    [
      'a soak of more than 30 days',
      { ami: NEW, waves: [{ groups: ['a'], soakMinutes: 43_201 }] },
      `waves is [{"groups":["a"],"soakMinutes":43201}]; allowed is ${waves}`,
    ],
    [
      'an approval that is no flag',
      { ami: NEW, waves: [{ groups: ['a'], approval: 'yes' }] },
      `waves is [{"groups":["a"],"approval":"yes"}]; allowed is ${waves}`,
    ],
    [
      'alarms that are no list',
      { ami: NEW, waves: [{ groups: ['a'], alarms: 'x' }] },
      `waves is [{"groups":["a"],"alarms":"x"}]; allowed is ${waves}`,
    ],
    ['a flag in quotes', { ami: NEW, force: 'true' }, 'force is "true"; allowed is true or false'],
    [
      'a flag as a number',
      { ami: NEW, notifyWhenCurrent: 1 },
      'notifyWhenCurrent is 1; allowed is true or false',
    ],
    ['an empty reason', { ami: NEW, reason: '' }, 'reason is ""; allowed is a text'],
    ['an empty trigger', { ami: NEW, trigger: '' }, 'trigger is ""; allowed is a text'],
    [
      'a run that is no name',
      { mode: 'approve', run: 7 },
      'run is 7; allowed is the name of an execution',
    ],
    [
      'too many days',
      { ami: NEW, patchTuesdayPlusDays: 15 },
      'patchTuesdayPlusDays is 15; allowed is a whole number from 0 to 14',
    ],
    [
      'no time',
      { ami: NEW, scheduledTime: 'noon' },
      'scheduledTime is "noon"; allowed is a time such as 2026-02-10T12:00:00Z',
    ],
    [
      'no time zone',
      { ami: NEW, timeZone: '' },
      'timeZone is ""; allowed is an IANA name such as Europe/Berlin',
    ],
    [
      'several mistakes',
      { ami: 1, force: 2 },
      'ami is 1; allowed is an AMI id such as ami-0123456789abcdef0; force is 2; allowed is true or false',
    ],
  ])('is refused by the words that say what is wrong: %s', (_, input, problem) => {
    const check = () => checkRolloutInput(input);
    expect(check).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: `The input of the run is wrong: ${problem}.`,
      }),
    );
  });

  it('is an object', () => {
    expect(() => checkRolloutInput([])).toThrow('The input of a run is an object');
  });
});
