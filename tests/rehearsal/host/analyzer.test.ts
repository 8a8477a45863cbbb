import * as path from 'node:path';
import { analyzeProgram, type AnalyzeOptions } from '../../../rehearsal/host/analyzer';
import type { Program } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import { FIXTURE, resource } from './support';

const PACK = path.join(FIXTURE, 'policy-pack');

let program: Program;
beforeAll(async () => {
  program = await runProgram({ directory: FIXTURE, stack: 'dev' });
});

const analyze = (options?: AnalyzeOptions) => analyzeProgram(PACK, program, options);

test('a pack judges every resource and the stack, with its own levels and defaults', async () => {
  const role = resource(program, 'one-role');
  const queue = resource(program, 'one-queue');
  const greet = resource(program, 'one-greet');
  expect(await analyze()).toEqual([
    {
      policy: 'role-has-tag',
      enforcement: 'advisory',
      message: 'Roles carry a tag.\nno Owner',
      urn: role.urn,
    },
    {
      policy: 'queue-not-fifo',
      enforcement: 'mandatory',
      message: `Queues keep no order.\n${queue.outputs.name} is protected: true`,
      urn: queue.urn,
    },
    {
      policy: 'stack-counts-functions',
      enforcement: 'advisory',
      message: `A stack has functions, each with a role of the stack.\n${greet.outputs.arn} by ${role.outputs.arn} in one`,
      urn: resource(program, 'workshop-dev').urn,
    },
  ]);
});

test('config sets levels and properties; a level for one policy goes over that for all', async () => {
  const config = {
    all: 'disabled',
    'role-has-tag': { enforcementLevel: 'mandatory', tag: 'CostCenter' },
  } as const;
  expect(await analyze({ config })).toMatchObject([
    {
      policy: 'role-has-tag',
      enforcement: 'mandatory',
      message: 'Roles carry a tag.\nno CostCenter',
    },
  ]);
  expect(await analyze({ config: { ...config, 'role-has-tag': { tag: 'Stage' } } })).toEqual([]);
});

test('in a preview, a policy that needs what is unknown says so', async () => {
  const preview = await runProgram({ directory: FIXTURE, stack: 'dev', preview: true });
  expect(await analyzeProgram(PACK, preview, { preview: true })).toContainEqual({
    policy: 'stack-counts-functions',
    enforcement: 'advisory',
    message: expect.stringContaining("can't be known during preview"),
    urn: resource(preview, 'workshop-dev').urn,
  });
});

test.each([
  ['a policy that throws', { throws: 'mandatory' }, 'the policy itself is broken'],
  ['an unknown policy', { nope: 'advisory' }, 'there is no policy nope'],
  [
    'a property out of its schema',
    { 'role-has-tag': { tag: '' } },
    'role-has-tag: /tag must NOT have fewer',
  ],
  [
    'an unknown level',
    { 'role-has-tag': 'strict' as 'advisory' },
    'role-has-tag: unknown level strict',
  ],
  ['remediation', { 'queue-not-fifo': 'remediate' }, 'the policy queue-not-fifo remediates'],
] as const)('%s is an error that names it', async (_what, config, message) => {
  await expect(analyze({ config })).rejects.toThrow(message);
});

test('a policy that ends the pack, or never answers, is an error too', async () => {
  await expect(analyze({ config: { exits: 'mandatory' } })).rejects.toThrow(
    'The policy pack ended before it had answered',
  );
  const config = { 'never-answers': 'mandatory' } as const;
  await expect(analyze({ config, timeoutSeconds: 5 })).rejects.toThrow('did not end within 5 s');
});

test('a folder that is no pack, and a pack that does not start, are errors that name it', async () => {
  await expect(analyzeProgram(FIXTURE, program)).rejects.toThrow(
    /fixture\/PulumiPolicy\.yaml: no such file/,
  );
  await expect(analyze({ timeoutSeconds: 0.05 })).rejects.toThrow(
    /policy-pack did not end within 0\.05 s/,
  );
});
