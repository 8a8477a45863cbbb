import * as fc from 'fast-check';
import { INVARIANTS } from '../../../rehearsal/checker';
import { count, mentions } from '../../../rehearsal/checker/invariant';
import { createStory, goodStory } from './story';

describe('checkInvariants', () => {
  test('a good rehearsal holds all nine, each judged on something', () => {
    const story = goodStory();
    const verdicts = INVARIANTS.map(({ id }) => story.verdict(Number(id)));
    expect(verdicts.map(({ id, held }) => [id, held])).toEqual(
      ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((id) => [id, true]),
    );
    expect(verdicts.map(({ detail }) => detail)).toEqual([
      '2 accepted image updates and 0 rollouts: 1 committed, 1 failed and notified, 0 in the hands of a run that goes on',
      '0 deletions took effect',
      '0 temporary resources left at the end, 0 of them named in a notification',
      '0 changes of Auto Scaling groups, 0 of them of a capacity',
      '1 run of 1 had something to tell, 2 deliveries by email and sns',
      '0 runs of 1 with nothing to do, 2 sources updated by 2 calls, 0 groups moved by 0 calls',
      '1 pointer to a newer version written',
      '5 calls, 0 denied; 0 grants unused in this run (judged by the sweep)',
      'longest history 40 of 25000 events, 2 of 5 image updates seen at a time, ' +
        'payloads of 1 execution and 5 calls',
    ]);
  });

  test('an empty rehearsal holds', () => {
    const story = createStory();
    expect(INVARIANTS.every(({ id }) => story.verdict(Number(id)).held)).toBe(true);
  });

  test('many problems are shortened, and their number is told', () => {
    const story = createStory();
    for (let number = 0; number < 25; number++) {
      story.call('autoscaling:SetDesiredCapacity', { DesiredCapacity: 1 });
    }
    const { detail } = story.verdict(4);
    expect(detail.match(/SetDesiredCapacity/g)).toHaveLength(20);
    expect(detail).toMatch(/; and 5 more$/);
  });
});

test.each([
  ['web: updated', 'web', true],
  ['updated web.', 'web', true],
  ['(web)', 'web', true],
  ['web-2: updated', 'web', false],
  ['my-web: updated', 'web', false],
  ['web.v2', 'web', false],
  ['a.b', 'a.b', true],
  ['axb', 'a.b', false],
  ['nothing', '', false],
])('whether "%s" names "%s": %s', (text, name, expected) => {
  expect(mentions(text, name)).toBe(expected);
});

test('a name that ends a sentence, or holds full stops, is found as by a search for whole names', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', '.', '-', ' ', ','), { maxLength: 12 });
  fc.assert(
    fc.property(
      parts,
      fc.array(fc.constantFrom('a', 'b', '.', '-'), { minLength: 1 }),
      (of, by) => {
        const [text, name] = [of.join(''), by.join('')];
        const literal = name.replace(/\./g, '\\.');
        const searched = new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`).test(text);
        expect([text, name, mentions(text, name)]).toEqual([text, name, searched]);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});

test('numbers are worded', () => {
  expect([count(1, 'run'), count(0, 'run'), count(2, 'delivery', 'deliveries')]).toEqual([
    '1 run',
    '0 runs',
    '2 deliveries',
  ]);
});
