import * as fs from 'node:fs';
import * as path from 'node:path';
import { analyzeProgram, type PolicyViolation } from '../../rehearsal/host/analyzer';
import { runProgram } from '../../rehearsal/host/run-program';

const directory = path.join(__dirname, '../..');

/** What production sets, as the README shows it. */
const production = {
  'aws:region': 'eu-west-1',
  'aws:defaultTags': JSON.stringify({ tags: { owner: 'platform', 'cost-center': '42' } }),
  'evergreen:emailFrom': 'images@company.com',
  'evergreen:emailTo': '["platform-team@company.com"]',
  'evergreen:protectFromDeletion': 'true',
};

/** What the pack says of this repository's program, with the config for production and two required tags. */
async function judge(changes: object = {}, preview = false): Promise<PolicyViolation[]> {
  const config = { ...production, ...changes };
  const program = await runProgram({ directory, stack: 'prod', config, preview });
  const pack = path.join(directory, 'policy');
  return analyzeProgram(pack, program, {
    preview,
    config: {
      ...JSON.parse(fs.readFileSync(path.join(pack, 'config/prod.json'), 'utf8')),
      'resource-tags': { requiredTags: ['owner', 'cost-center'] },
    },
  });
}

test('the whole program keeps every rule, all of them mandatory', async () => {
  expect(await judge()).toEqual([]);
});

test('in a preview the only findings are values that are not known yet', async () => {
  const findings = await judge({}, true);

  expect(findings.length).toBeGreaterThan(0);
  for (const { enforcement, message } of findings) {
    expect(enforcement).toBe('advisory');
    expect(message).toContain("can't be known during preview");
  }
});

test('a stack that sets too many updates, placeholders, no protection and too few tags is refused', async () => {
  const findings = await judge({
    'aws:defaultTags': '{"tags":{"owner":"platform"}}',
    'evergreen:batchSize': '6',
    'evergreen:emailTo': '["platform-team@example.com"]',
    'evergreen:protectFromDeletion': 'false',
  });

  expect(new Set(findings.map((each) => `${each.policy} ${each.enforcement}`))).toEqual(
    new Set([
      'appstream-batch-size mandatory',
      'data-deletion-protected mandatory',
      'email-addresses-real mandatory',
      'resource-tags mandatory',
    ]),
  );
});
