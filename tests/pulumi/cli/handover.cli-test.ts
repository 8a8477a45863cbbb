import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Program } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { deployedProgram, withDrawsOf } from './deployed-program';
import { Project } from './project';

/** The day on which the monthly run of the stack dev starts, and some for what follows. */
const FROM = '2026-11-30T00:00:00Z';
const DAYS = 4;

describe('what the Pulumi engine deployed', () => {
  let project: Project;
  beforeEach(async () => {
    // The account of the sample estate.
    project = await Project.create('111122223333');
    await project.succeed('stack', 'init', 'dev');
  });
  afterEach(() => project.close());

  test('is what the host of a rehearsal hands over, and lives through the same days', async () => {
    await project.up('dev');
    const handed = await runProgram({
      directory: project.directory,
      stack: 'dev',
      account: project.account.number,
    });
    const drawn = deployedProgram(await project.state('dev'), 'evergreen', 'dev');
    const deployed = withDrawsOf(drawn, handed);
    expect(comparable(deployed)).toEqual(comparable(handed));
    const [lived, again] = await rehearse([handed, deployed]);
    expect(lived?.ok).toBe(true);
    expect(lived?.items.length).toBeGreaterThan(0);
    expect(again).toEqual(lived);
  });

  /** A rehearsal of each. */
  async function rehearse(programs: readonly Program[]): Promise<readonly RehearsalResult[]> {
    const input = path.join(project.directory, '..', 'programs.json');
    const output = path.join(project.directory, '..', 'results.json');
    fs.writeFileSync(input, JSON.stringify(programs));
    const script = path.join(__dirname, 'rehearse-program.ts');
    execFileSync(process.execPath, ['--import', 'tsx', script, input, FROM, String(DAYS), output], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return JSON.parse(fs.readFileSync(output, 'utf8')) as RehearsalResult[];
  }
});

/** By URN, without what only one of the two writes down: hashes of files, and dependencies on nothing. */
const comparable = ({ resources, outputs }: Program): Json => ({
  outputs,
  resources: Object.fromEntries(
    resources.map((each) => [
      each.urn,
      JSON.parse(JSON.stringify(each), (key, value: Json) =>
        key === 'hash' ||
        key.startsWith('__pulumi') ||
        (Array.isArray(value) && value.length === 0 && key !== 'aliases')
          ? undefined
          : value,
      ),
    ]),
  ),
});
