import * as fc from 'fast-check';
import type { FaultKind } from '../faults';
import type { Json } from '../services/service';

const KINDS: readonly FaultKind[] = [
  'throttle',
  'serverError',
  'timeout',
  'lostAnswer',
  'accessDenied',
  'limitExceeded',
  'crashFunctionBefore',
  'crashFunctionAfter',
];

/** Calls that the automation makes; one that a run does not make hits nothing. */
const OPERATIONS = [
  'appstream:CreateUpdatedImage',
  'appstream:DescribeImages',
  'appstream:ListTagsForResource',
  'appstream:TagResource',
  'dynamodb:GetItem',
  'dynamodb:UpdateItem',
  'dynamodb:Query',
  'lambda:Invoke',
  'states:StartExecution',
  'states:DescribeExecution',
  'sns:Publish',
  'ses:SendEmail',
];

const places: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    occurrence: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ call: fc.integer({ min: 0, max: 2000 }) }),
);

/** One call that goes wrong, somewhere, somehow: what every invariant must survive. */
export const singleFaults: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...KINDS), at: places }) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        kind: fc.constant('killExecution'),
        at: places,
        restartAfterSeconds: fc.constantFrom(0, 600, 86_400),
      },
      { requiredKeys: ['kind', 'at'] },
    ),
  },
);
