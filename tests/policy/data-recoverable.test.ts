import * as aws from '@pulumi/aws';
import { dataDeletionProtected } from '../../policy/rules/data-deletion-protected';
import { dataRecoverable } from '../../policy/rules/data-recoverable';
import { findings } from '../support/policy-args';

// The sentinel of the CLI for a boolean.
const UNKNOWN = '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7';
const ADVICE = 'thing: set pointInTimeRecovery to { enabled: true }.';

test.each<[object, string[]]>([
  [{}, [ADVICE]],
  [{ pointInTimeRecovery: { enabled: false } }, [ADVICE]],
  [{ pointInTimeRecovery: { enabled: true } }, []],
])('a table with %j is judged by its recovery', async (props, violations) => {
  expect(await findings(dataRecoverable, aws.dynamodb.Table, props)).toEqual({
    violations,
    applicable: true,
    unknown: false,
  });
});

test.each<[object, number]>([
  [{}, 1],
  [{ deletionProtectionEnabled: false }, 1],
  [{ deletionProtectionEnabled: true }, 0],
])('a table with %j is judged by its protection', async (props, count) => {
  const { violations } = await findings(dataDeletionProtected, aws.dynamodb.Table, props);

  expect(violations).toEqual(
    Array(count).fill(
      "thing: set deletionProtectionEnabled to true; for Evergreen's ledger, protectFromDeletion in the stack's config.",
    ),
  );
});

test('what is not known yet is no violation', async () => {
  const unknown = { violations: [], applicable: true, unknown: true };

  expect(
    await findings(dataRecoverable, aws.dynamodb.Table, {
      pointInTimeRecovery: { enabled: UNKNOWN },
    }),
  ).toEqual(unknown);
  expect(
    await findings(dataDeletionProtected, aws.dynamodb.Table, {
      deletionProtectionEnabled: UNKNOWN,
    }),
  ).toEqual(unknown);
});
