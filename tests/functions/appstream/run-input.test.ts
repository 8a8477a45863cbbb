import { checkRunInput } from '../../../functions/appstream/run-input';

function messageOf(input: unknown): string {
  try {
    checkRunInput(input);
  } catch (error) {
    expect((error as Error).name).toBe('InvalidInput');
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(input)} was accepted.`);
}

describe('the input of a run', () => {
  it('may be left out, in whole and in part', () => {
    expect(checkRunInput(null)).toEqual({});
    expect(checkRunInput({ mode: 'plan' })).toEqual({ mode: 'plan' });
    expect(checkRunInput({ images: ['a', 'b'], batchSize: 200, trigger: 'me' })).toEqual({
      images: ['a', 'b'],
      batchSize: 200,
      trigger: 'me',
    });
  });

  it('is refused with everything that is wrong', () => {
    expect(
      messageOf({ mode: 'full', batchSize: '5', images: [], dryRun: true, scheduledTime: 'noon' }),
    ).toBe(
      'The input of the run is wrong: mode is "full"; allowed is one of update, plan, reconcile, stop; ' +
        'batchSize is "5"; allowed is a whole number from 1 to 200; ' +
        'images is []; allowed is a list of 1 to 100 image names, each once; ' +
        'unknown key dryRun; known are mode, batchSize, images, trigger, patchTuesdayPlusDays, timeZone, scheduledTime; ' +
        'scheduledTime is "noon"; allowed is a time such as 2026-02-10T12:00:00Z.',
    );
  });

  it.each([
    ['a text', 'update'],
    ['a list', ['a']],
    ['a number', 7],
  ])('is an object, not %s', (_, input) => {
    expect(messageOf(input)).toContain('is an object');
  });

  it.each([
    ['the same image twice', { images: ['a', 'a'] }],
    ['an image without a name', { images: [''] }],
    ['no updates at a time', { batchSize: 0 }],
    ['more updates than a run may do', { batchSize: 201 }],
    ['half an update', { batchSize: 2.5 }],
    ['an unknown key that every object has', { constructor: 'x' }],
  ])('may not ask for %s', (_, input) => {
    expect(messageOf(input)).toContain('The input of the run is wrong');
  });
});
