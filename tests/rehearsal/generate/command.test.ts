import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { projectWithConfig, rehearseCommand, type CommandResult } from '../../support/scenarios';

const root = path.join(__dirname, '..', '..', '..');

/** `npm run rehearse:generated -- ...` in a folder, without npm's own start. */
async function generate(options: readonly string[], directory = root): Promise<CommandResult> {
  const script = path.join(root, 'rehearsal', 'generate', 'main.ts');
  const command = [require.resolve('tsx/cli'), script, ...options];
  try {
    const run = await promisify(execFile)(process.execPath, command, { cwd: directory });
    return { code: 0, ...run };
  } catch (error) {
    return error as CommandResult;
  }
}

describe('npm run rehearse:generated', () => {
  it('finds every invariant held on a dozen accounts', async () => {
    const { code, stdout } = await generate([
      '--count',
      '12',
      '--seed',
      '98',
      '--stack',
      'appstream',
    ]);
    expect(stdout).toMatch(
      /^12 generated estates with \d\d+ images, \d\d+ accepted updates and \d+ faults: no with a broken invariant \(seed 98\)\n$/,
    );
    expect(code).toBe(0);
  }, 900_000);

  it('writes what fails, small, with a command that shows it again', async () => {
    // The role may send for an identity that is not the sender's.
    const folder = projectWithConfig(
      [
        'config:',
        '  aws:region: eu-west-1',
        '  evergreen:emailFrom: evergreen@example.com',
        '  evergreen:emailIdentity: other.example.com',
        '  evergreen:emailTo: [platform-team@example.com]',
      ].join('\n'),
    );
    const { code, stdout } = await generate(['--count', '1', '--seed', '23'], folder);
    expect(stdout).toContain('invariant 8 (Every call is allowed, every grant is used)');
    expect(stdout).toContain('may not ses:SendEmail');
    expect(code).toBe(1);
    const estate = fs.readFileSync(path.join(folder, 'rehearsal-failure-23.yaml'), 'utf8');
    expect(estate.match(/ Name: /g)).toHaveLength(1);
    const [, again = ''] = /^ {2}npm run rehearse -- (.*)$/m.exec(stdout) ?? [];
    const shown = await rehearseCommand(again.split(' '), folder);
    expect(shown.stdout).toContain('may not ses:SendEmail');
    expect(shown.code).toBe(1);
    fs.rmSync(folder, { recursive: true });
  }, 900_000);

  it('names every mistake of its options at once, and ends with 2', async () => {
    const { code, stdout, stderr } = await generate(['--count', '0', '--sed', '1', '--days', 'x']);
    expect(stderr).toContain('--count is "0"; it must be a whole number from 1 to 100000');
    expect(stderr).toContain('--sed is no option');
    expect(stderr).toContain('--days is "x"');
    expect([code, stdout]).toEqual([2, '']);
  });
});
