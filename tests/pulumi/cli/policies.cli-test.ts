import { Project, type Outcome } from './project';

const BATCHES = 'appstream-batch-size';
const UNPROTECTED = 'data-deletion-protected';

describe('the policy pack, in the analyzer of the Pulumi CLI', () => {
  let project: Project;
  afterEach(() => project.close());

  test('accepts the stacks: dev with advice, and one for production with none', async () => {
    project = await Project.create();
    await project.succeed('stack', 'init', 'dev');
    const dev = await project.succeed(...preview('dev', 'dev'));
    expect(dev.output).toContain('evergreen@v');
    expect(found(dev)).toEqual(['email-addresses-real']);

    await project.succeed('stack', 'init', 'prod');
    await project.configure('prod', {
      'aws:region': 'eu-west-1',
      protectFromDeletion: 'true',
      emailFrom: 'images@evergreen-inc.com',
      'emailTo[0]': 'team@evergreen-inc.com',
    });
    expect(found(await project.succeed(...preview('prod', 'prod')))).toEqual([]);
    // All that the preview did not know is judged now.
    expect(found(await project.up('prod', ...pack('prod')))).toEqual([]);
  });

  test('advises in dev what it refuses in prod, by the name of the rule and with what to do', async () => {
    project = await Project.deployed();
    const advised = await project.succeed(...preview('dev', 'dev'));
    expect(found(advised)).toContain('email-addresses-real');
    const before = project.account.list();
    await project.configure('dev', { pollMinutes: '20' });
    const refused = await project.run(
      'up',
      '--yes',
      '--skip-preview',
      '--stack',
      'dev',
      ...pack('prod'),
    );
    expect(refused.code).not.toBe(0);
    expect(found(refused)).toContain(UNPROTECTED);
    expect(refused.output).toMatch(
      /\[mandatory\] +data-deletion-protected .*\n.*\n.*set deletionProtectionEnabled to true/,
    );
    expect(project.account.list()).toEqual(before);
  });

  test('reads its config file: how many updates at a time are too many', async () => {
    project = await Project.deployed();
    await project.configure('dev', { batchSize: '8' });
    const strict = config(project, {
      [BATCHES]: { enforcementLevel: 'mandatory', maxBatchSize: 7 },
    });
    const refused = await project.run(...preview('dev', strict));
    expect(refused.code).not.toBe(0);
    expect(mandatory(refused)).toEqual([BATCHES]);
    const enough = config(project, {
      [BATCHES]: { enforcementLevel: 'mandatory', maxBatchSize: 8 },
    });
    expect(found(await project.succeed(...preview('dev', enough)))).not.toContain(BATCHES);
    const wrong = await project.run(
      ...preview('dev', config(project, { [BATCHES]: { maxBatchSize: 'many' } })),
    );
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toContain('maxBatchSize');
  });

  test('refuses a program that grants too much, before it is deployed', async () => {
    project = await Project.deployed();
    project.edit(
      'components/foundation/run-grants.ts',
      "Action: ['states:ListExecutions']",
      "Action: ['states:*']",
    );
    const refused = await project.run(...preview('dev', 'prod'));
    expect(refused.code).not.toBe(0);
    expect(mandatory(refused)).toContain('iam-grants-exact');
    expect(refused.output).toContain('states:*');
  });
});

/** @param config the stack whose config file is taken, or a file */
const pack = (config: string): readonly string[] => [
  ...['--policy-pack', 'policy', '--policy-pack-config'],
  config.endsWith('.json') ? config : `policy/config/${config}.json`,
];

const preview = (stack: string, config: string): readonly string[] => [
  'preview',
  ...['--stack', stack],
  ...pack(config),
];

const config = (project: Project, content: unknown): string =>
  project.beside('policy-config.json', content);

/** Rules that were broken, by name. A rule that could not judge yet says so, which is no violation. */
const found = ({ policies }: Outcome): readonly string[] => [
  ...new Set(
    policies
      .filter(({ message }) => !message.includes("can't be known"))
      .map(({ policy }) => policy),
  ),
];

const mandatory = ({ policies }: Outcome): readonly string[] => [
  ...new Set(
    policies.filter(({ enforcement }) => enforcement === 'mandatory').map(({ policy }) => policy),
  ),
];
