import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Program } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { deployedProgram, withDrawsOf } from './deployed-program';
import { countSteps, Project } from './project';

/** With the monthly run of the stack dev, and what comes out in the sample account in these days. */
const FROM = '2026-01-31T00:00:00Z';
const DAYS = 3;

const NAME = 'appstream-auto-updater';

describe('what the Pulumi engine deployed', () => {
  let project: Project;
  beforeEach(async () => {
    project = await Project.deployed();
  });
  afterEach(() => project.close());

  test('is what the host of a rehearsal hands over, and lives through the same days', async () => {
    const handed = await runProgram({
      directory: project.directory,
      stack: 'dev',
      account: project.account.number,
    });
    const drawn = deployedProgram(await project.state('dev'), 'evergreen', 'dev');
    const deployed = withDrawsOf(drawn, handed);
    expect(comparable(deployed)).toEqual(comparable(handed));
    const [lived, again] = await rehearse([handed, deployed]);
    expect(broken(lived)).toEqual([]);
    expect(lived?.items.length).toBeGreaterThan(0);
    expect(again).toEqual(lived);
  });

  test('is kept, and may do all that it did, when its component gets another name and the old one as alias', async () => {
    const before = project.account.list();
    const first = deployedProgram(await project.state('dev'), 'evergreen', 'dev');
    project.edit(
      'index.ts',
      `AppStreamAutoUpdater('${NAME}'`,
      "AppStreamAutoUpdater('image-updater'",
    );
    const lost = countSteps(await project.succeed('preview', '--stack', 'dev'));
    expect(lost['delete']).toBeGreaterThan(50);

    const last = '      ...email,\n    }';
    project.edit('index.ts', last, `${last}, { aliases: [{ name: '${NAME}' }] }`);
    const kept = countSteps(await project.up('dev'));
    expect(Object.keys(kept).sort()).toEqual(['same', 'update']);
    const ids = (list: typeof before) => list.map(({ type, id }) => `${type} ${id}`);
    expect(ids(project.account.list())).toEqual(ids(before));

    const renamed = deployedProgram(await project.state('dev'), 'evergreen', 'dev');
    const [lived, again] = await rehearse([first, renamed]);
    expect(again?.iam.denied).toEqual([]);
    expect(endsOf(lived)).toContain('SUCCEEDED');
    expect(endsOf(again)).toEqual(endsOf(lived));
    expect(outcomesOf(again)).toEqual(outcomesOf(lived));
  });

  /** A rehearsal of each. */
  async function rehearse(programs: readonly Program[]): Promise<readonly RehearsalResult[]> {
    const input = project.beside('programs.json', programs);
    const output = project.beside('results.json', []);
    const script = path.join(__dirname, 'rehearse-program.ts');
    execFileSync(process.execPath, ['--import', 'tsx', script, input, FROM, String(DAYS), output], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return JSON.parse(fs.readFileSync(output, 'utf8')) as RehearsalResult[];
  }
});

const endsOf = (result: RehearsalResult | undefined): readonly string[] | undefined =>
  result?.executions.map(({ status }) => status).sort();

const outcomesOf = (result: RehearsalResult | undefined): readonly string[] | undefined =>
  result?.items.map(({ id, outcome, reason }) => `${id}: ${outcome}: ${reason}`).sort();

/** Invariants that did not hold. */
const broken = (result: RehearsalResult | undefined): readonly unknown[] =>
  (result?.invariants ?? ['there was no rehearsal']).filter(
    (each) => typeof each === 'string' || !each.held,
  );

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
