import * as exclusions from '../conformance-exclusions.json';
import { casesArePresent } from './cases';
import { replayAll } from './replay-all';

/**
 * `npm run test:conformance`: how many of the executions that AWS recorded end here as they did there, by group and,
 * in the last line, in all. Exit code 1 where one that is not excluded differs.
 */
function main(): number {
  if (!casesArePresent()) {
    console.log('0 of 1083 (the recordings are not there: ../shared/asl-conformance)');
    return 1;
  }
  const excluded: Readonly<Record<string, string>> = exclusions;
  const groups = new Map<string, { passed: number; all: number }>();
  const unexpected: string[] = [];
  for (const [id, { group, problems }] of replayAll()) {
    const counts = groups.get(group) ?? { passed: 0, all: 0 };
    groups.set(group, counts);
    counts.all += 1;
    if (problems.length === 0) counts.passed += 1;
    else if (id in excluded) console.log(`excluded  ${id}\n          ${excluded[id]}`);
    else unexpected.push(`${id}: ${problems.join('; ')}`);
  }
  for (const [group, { passed, all }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${group.padEnd(24)}${String(passed).padStart(5)} of ${String(all).padStart(4)}`);
  }
  for (const problem of unexpected) console.log(`DIFFERS   ${problem}`);
  const total = [...groups.values()].reduce((sum, { all }) => sum + all, 0);
  const passed = [...groups.values()].reduce((sum, counts) => sum + counts.passed, 0);
  console.log(`${passed} of ${total}`);
  return unexpected.length === 0 ? 0 : 1;
}

process.exitCode = main();
