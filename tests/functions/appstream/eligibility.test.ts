import { divide, type Circumstances } from '../../../functions/appstream/eligibility';
import type { SurveyedImage } from '../../../functions/appstream/survey-log';

function surveyed(name: string, members: Partial<SurveyedImage> = {}): SurveyedImage {
  return { name, state: 'AVAILABLE', tags: { AutoUpdate: 'Enabled' }, createdAt: 0, ...members };
}

const circumstances: Circumstances = {
  named: [],
  busy: new Map(),
  maxImages: 100,
  at: '2026-02-01T12:00:00.000Z',
};

function reasonFor(image: SurveyedImage, others: readonly SurveyedImage[] = []) {
  const { taken, leftOut } = divide([image, ...others], circumstances);
  expect(taken).not.toContain(image.name);
  return leftOut.find(({ id }) => id === image.name)?.reason;
}

describe('dividing the images of an account', () => {
  it('takes what is opted in, in the order of the survey', () => {
    const { taken, leftOut } = divide(
      ['c', 'a', 'b'].map((name) => surveyed(name)),
      circumstances,
    );
    expect(taken).toEqual(['c', 'a', 'b']);
    expect(leftOut).toEqual([]);
  });

  it('gives a reason for every image that it leaves out', () => {
    expect(reasonFor(surveyed('x', { tags: {} }))).toBe('not opted in: it has no tag AutoUpdate');
    expect(reasonFor(surveyed('x', { tags: { AutoUpdate: 'no' } }))).toBe(
      'not opted in: its tag AutoUpdate is no',
    );
    expect(reasonFor(surveyed('x', { owner: '444455556666', tags: {} }))).toBe(
      'not owned: only its owner, the account 444455556666, can update it',
    );
    expect(reasonFor(surveyed('x', { tags: { AutoUpdate: 'Blocked' } }))).toBe(
      'blocked since its updates failed: mend the cause, then set its tag AutoUpdate to Enabled',
    );
    expect(reasonFor(surveyed('x', { state: 'FAILED' }))).toBe('its state is FAILED');
    expect(reasonFor(surveyed('x', { problem: 'the name is too long' }))).toBe(
      'the name is too long',
    );
  });

  it('names the successor of what is superseded, and says where the successor is gone', () => {
    const past = surveyed('x', { tags: { AutoUpdate: 'Completed', NextVersion: 'y' } });
    expect(reasonFor(past, [surveyed('y')])).toBe('superseded by y');
    expect(reasonFor(past)).toBe(
      'superseded by y, which is gone: to go on with this one, set its tag AutoUpdate to Enabled',
    );
  });

  it('leaves to another run what that run has in its queue', () => {
    const { taken, leftOut } = divide([surveyed('x'), surveyed('y')], {
      ...circumstances,
      busy: new Map([['x', 'run-1']]),
    });
    expect(taken).toEqual(['y']);
    expect(leftOut[0]?.reason).toBe('the run run-1 has it in its queue');
  });

  it('takes no more than a run can carry, and leaves the rest to the next one', () => {
    const { taken, leftOut } = divide([surveyed('x'), surveyed('y')], {
      ...circumstances,
      maxImages: 1,
    });
    expect(taken).toEqual(['x']);
    expect(leftOut).toEqual([
      {
        id: 'y',
        outcome: 'postponed',
        reason: 'a run takes 1 images: the next run takes it',
        startedAt: '2026-02-01T12:00:00.000Z',
        endedAt: '2026-02-01T12:00:00.000Z',
      },
    ]);
  });

  it('answers for each image that was asked for by name', () => {
    const { leftOut } = divide([surveyed('x')], { ...circumstances, named: ['x', 'absent'] });
    expect(leftOut.map(({ id, reason }) => [id, reason])).toEqual([
      ['absent', 'there is no image absent that this account owns'],
    ]);
  });

  it('is not confused by names that every object knows', () => {
    expect(divide([surveyed('constructor')], circumstances).taken).toEqual(['constructor']);
  });
});
