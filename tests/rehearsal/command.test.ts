import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { loadEstate } from '../../rehearsal/estate';
import type { RehearsalResult } from '../../rehearsal/result';
import * as schema from '../../rehearsal/schemas/rehearsal.schema.json';
import { projectWithConfig, rehearseCommand, type CommandResult } from '../support/scenarios';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'command-'));
const file = (name: string) => path.join(folder, name);

afterAll(() => fs.rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  fs.writeFileSync(file(name), text);
  return file(name);
}

describe('npm run rehearse', () => {
  let run: CommandResult;
  let result: RehearsalResult;

  beforeAll(async () => {
    const options = ['--json', file('first.json'), '--report', file('report.html')];
    run = await rehearseCommand(options);
    await rehearseCommand(['--json', file('second.json')]);
    result = JSON.parse(fs.readFileSync(file('first.json'), 'utf8')) as RehearsalResult;
  }, 900_000);

  it('ends well, with all nine invariants judged and held', () => {
    expect(run.stderr).not.toContain('Warning: The');
    expect(run.code).toBe(0);
    expect(result.ok).toBe(true);
    expect(result.invariants.map(({ id, held }) => [id, held])).toEqual(
      Array.from({ length: 9 }, (_, index) => [String(index + 1), true]),
    );
    expect(result.iam.denied).toEqual([]);
  });

  it('says in its last lines what became of every image of the account', () => {
    const lines = run.stdout.trimEnd().split('\n');
    const last = lines.slice(lines.indexOf('What became of every item') + 1);
    expect(last.at(-1)).toMatch(/^Rehearsal OK: /);
    const own = loadEstate('rehearsal/estates/sample.yaml').appstream.images.filter(
      ({ Visibility }) => Visibility === 'PRIVATE',
    );
    expect(own.length).toBeGreaterThanOrEqual(12);
    for (const { Name } of own) {
      expect(last.filter((line) => line.split(/\s+/)[2] === Name)).toHaveLength(1);
    }
  });

  it("shows an update, a failure with AWS's reason, and images left alone for their reasons", () => {
    const items = Object.fromEntries(result.items.map((item) => [item.id, item]));
    expect(items['call-center']).toMatchObject({ outcome: 'updated' });
    expect(items['hr-payroll']).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('Could not update image. Failed to update SSM agent.'),
    });
    expect(items['legal-archive']?.reason).toContain('up to date');
    expect(items['warehouse-scanner']?.reason).toContain('incompatible');
    expect(items['marketing-studio']?.reason).toContain('not opted in');
    const longest = result.items.find(({ id }) => id.length === 81);
    expect(longest?.outcome).toBe('updated');
  });

  it('overlaps at least five updates at a time', () => {
    const updates = result.items.filter(({ outcome }) => outcome === 'updated');
    const atOnce = updates.map(
      ({ startedAt }) =>
        updates.filter((other) => other.startedAt <= startedAt && startedAt < other.endedAt).length,
    );
    expect(Math.max(...atOnce)).toBeGreaterThanOrEqual(5);
  });

  it('writes the same bytes twice', () => {
    const [first, second] = ['first.json', 'second.json'].map((name) =>
      fs.readFileSync(file(name)),
    );
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it('writes JSON that fits its published schema', () => {
    const ajv = addFormats(new Ajv2020({ strict: false }));
    expect(ajv.validate(schema, result)).toBe(true);
  });

  it('leaves an estate from which a further rehearsal can start', async () => {
    const estate = write('final.json', JSON.stringify(result.estate));
    const next = await rehearseCommand(['--estate', estate, '--json', file('next.json')]);
    expect(next.stderr).not.toContain('cannot be used');
    expect(next.code).toBe(0);
    const { items } = JSON.parse(fs.readFileSync(file('next.json'), 'utf8')) as RehearsalResult;
    expect(items.find(({ id }) => id === 'hr-payroll')?.outcome).toBeDefined();
  }, 900_000);

  it('writes one page that needs nothing else', () => {
    const page = fs.readFileSync(file('report.html'), 'utf8');
    expect(page).toContain('hr-payroll');
    expect(page).not.toMatch(/<script src|<link|https?:\/\/(?!www\.w3\.org)[^"<]*\.(js|css|png)/);
  });
});

describe('bad input ends with exit code 2 and says what is wrong', () => {
  it.each([
    ['an unknown option', ['--dyas', '3'], ['--dyas', '--days']],
    ['a wrong value', ['--days', 'many'], ['--days', 'many']],
    ['a missing estate', ['--estate', 'nowhere.yaml'], ['nowhere.yaml']],
    ['a missing stack', ['--stack', 'nowhere'], ['Pulumi.nowhere.yaml']],
  ])('%s', async (_, options, words) => {
    const { code, stderr, stdout } = await rehearseCommand(options);
    expect([code, stdout]).toEqual([2, '']);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('an estate with an unknown key and a wrong type, both named', async () => {
    const estate = write(
      'wrong.yaml',
      [
        "account: '111122223333'",
        'region: eu-west-1',
        "capturedAt: '2026-01-20T00:00:00Z'",
        'appstream:',
        '  images:',
        '    - Name: one',
        '      Sate: AVAILABLE',
        '    - Name: 2',
      ].join('\n'),
    );
    const { code, stderr } = await rehearseCommand(['--estate', estate]);
    expect(code).toBe(2);
    expect(stderr).toContain('wrong.yaml');
    expect(stderr).toContain('appstream.images[0].Sate');
    expect(stderr).toContain('appstream.images[1].Name');
  });

  it('a faults file with an unknown kind', async () => {
    const faults = write('faults.yaml', 'faults: [{ kind: explode, at: { call: 1 } }]');
    const { code, stderr } = await rehearseCommand(['--faults', faults]);
    expect(code).toBe(2);
    expect(stderr).toContain('faults[0].kind');
  });

  it('a stack with five mistakes: all five, and no more', async () => {
    const project = projectWithConfig(
      [
        'config:',
        '  aws:region: eu-west-1',
        '  evergreen:batchSize: 201',
        '  evergreen:timeZone: Mars/Olympus',
        '  evergreen:schedule: every month',
        '  evergreen:emailFrom: nobody',
        '  evergreen:pollMinuets: 5',
      ].join('\n'),
    );
    const { code, stderr } = await rehearseCommand([], project);
    fs.rmSync(project, { recursive: true });
    expect(code).toBe(2);
    expect(stderr).toContain('Pulumi.dev.yaml) has 5 mistakes');
    const mistakes = stderr.split('\n').filter((line) => line.startsWith('  evergreen:'));
    expect(mistakes.map((line) => line.trim().split(':')[1])).toEqual([
      'emailFrom',
      'schedule',
      'timeZone',
      'batchSize',
      'pollMinuets',
    ]);
  });
});
