import { ProgramError } from '../../../rehearsal/host/errors';
import { runCase } from './support';

const failure = async (name: string, options = {}): Promise<ProgramError> => {
  const error = await runCase(name, options).then(
    () => new Error('the program ran to its end'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProgramError)) throw error;
  return error;
};

test('a RunError reaches the user in full and without a stack trace', async () => {
  expect((await failure('runError')).message).toBe(
    'workshop:retentionDays must be 1 to 3653\nworkshop:owners is empty',
  );
});

test.each([
  ['error', 'Error: the workshop burnt down'],
  ['lateError', 'Error: too late'],
])(
  'an exception (%s) is told with the line that threw it, without terminal codes',
  async (name, text) => {
    const { message } = await failure(name, { timeoutSeconds: 20 });
    expect(message).toContain(text);
    expect(message).toMatch(/fixture\/index\.ts:\d+/);
    expect(message).not.toContain('\u001b');
  },
);

test.each([
  ['duplicate', "Duplicate resource URN 'urn:pulumi:dev::workshop::aws:sns/topic:Topic::same'"],
  ['longName', 'is longer than maximum length 64'],
  ['invoke', 'the function aws:index/getAvailabilityZones:getAvailabilityZones'],
  ['caughtInvoke', 'the function aws:index/getAvailabilityZones:getAvailabilityZones'],
  ['stackTransform', 'not implemented in a rehearsal: registerStackTransform'],
  ['hook', 'not implemented in a rehearsal: registerResourceHook'],
  ['stackReference', 'not implemented in a rehearsal: the stack reference org/other/dev'],
  ['packedFile', 'fixture/index.ts in an archive'],
])(
  'what the host cannot do (%s) ends the program with a message that names it',
  async (name, text) => {
    const { message } = await failure(name);
    expect(message).toContain(text);
    expect(message.split('\n')).toHaveLength(1);
  },
);

test('a program that exits is told by its code', async () => {
  expect((await failure('exit')).message).toBe('The program ended with code 7.');
});

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program that does not end is killed for its time, and its last words are told', async () => {
  const { message } = await failure('hang', { timeoutSeconds: 15 });
  expect(message).toContain('did not end within 15 s');
  const pid = Number(/waiting as (\d+)/.exec(message)?.[1]);
  expect(pid).toBeGreaterThan(0);
  expect(isRunning(pid)).toBe(false);
});

test('an aborted run ends at once', async () => {
  const abort = new AbortController();
  const run = failure('hang', { signal: abort.signal });
  abort.abort();
  expect((await run).message).toContain('was aborted');
});

test('a stack without region is refused by file and key', async () => {
  await expect(runCase('plain', { config: {} })).rejects.toThrow(
    /Pulumi\.dev\.yaml: aws:region: is not set$/,
  );
});
