import { drawDuration, middleOf } from '../../../rehearsal/services/duration';

test.each([
  [{ seconds: 90 }, 0.9, 90_000],
  [{ minutes: [1, 5] as const }, 0, 60_000],
  [{ hours: [2, 5] as const }, 0.5, 12_600_000],
  [{ seconds: [0, 8] as const }, 0.07, 1000],
])('%j at %d is %d ms, in whole seconds', (duration, draw, milliseconds) => {
  expect(drawDuration(duration, () => draw)).toBe(milliseconds);
});

test('the middle of a duration is in the middle of its bounds', () => {
  expect(middleOf({ minutes: [10, 30] })).toBe(1_200_000);
});
