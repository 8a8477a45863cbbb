import { countSteps, Project, type Outcome } from './project';

const TABLE = 'aws:dynamodb/table:Table';
const QUEUE = 'aws:sqs/queue:Queue';
const LOGS = 'aws:cloudwatch/logGroup:LogGroup';
const MACHINE = 'aws:sfn/stateMachine:StateMachine';

describe('a stack, deployed with the Pulumi CLI', () => {
  let project: Project;
  afterEach(() => project.close());

  test('is previewed, deployed, left alone and destroyed, and then nothing of it is left', async () => {
    project = await Project.create();
    await project.succeed('stack', 'init', 'dev');
    const { account } = project;
    const previewed = await project.succeed('preview', '--stack', 'dev');
    expect(account.list()).toEqual([]);
    const planned = created(previewed);
    expect(planned.length).toBeGreaterThan(100);

    const deployed = await project.up('dev');
    expect(created(deployed)).toEqual(planned);
    expect(deployed.output).not.toMatch(/warning/i);
    expect(
      account
        .list()
        .map(({ urn }) => urn)
        .sort(),
    ).toEqual(planned.filter(isOfAws));

    const before = account.list();
    const again = await project.up('dev');
    expect(countSteps(again)).toEqual({ same: planned.length });
    expect(account.list()).toEqual(before);

    const destroyed = await project.succeed('destroy', '--yes', '--stack', 'dev');
    expect(countSteps(destroyed)).toEqual({ delete: planned.length });
    expect(account.list()).toEqual([]);
    expect(account.violations).toEqual([]);
    expect((await project.state('dev')).deployment.resources ?? []).toEqual([]);
    // The engine asked for nothing that the providers do not know.
    expect(project.refusals).toEqual([]);
  });

  test('whose config changes is updated where that setting goes, in place, and nowhere else', async () => {
    project = await Project.deployed();
    await project.configure('dev', { pollMinutes: '20', protectFromDeletion: 'true' });
    const outcome = await project.up('dev');
    const changes = outcome.steps.filter(({ op }) => op !== 'same');
    expect(changes.map(({ op, type, changed }) => ({ op, type, changed }))).toEqual(
      expect.arrayContaining([
        { op: 'update', type: TABLE, changed: ['deletionProtectionEnabled'] },
        { op: 'update', type: MACHINE, changed: ['definition'] },
      ]),
    );
    expect(changes).toHaveLength(2);
  });

  test('that people changed is seen so by a refresh, and put right by the next up', async () => {
    project = await Project.deployed();
    const { account } = project;
    const before = account.list();
    const queue = before.find(({ type }) => type === QUEUE)!;
    const logs = before.find(({ type }) => type === LOGS)!;
    account.change(QUEUE, queue.id, { inputs: { ...queue.inputs, messageRetentionSeconds: 60 } });
    account.delete(LOGS, logs.id);

    const refreshed = await project.succeed('refresh', '--yes', '--stack', 'dev');
    expect(refreshed.output).toContain('messageRetentionSeconds');
    const { resources } = (await project.state('dev')).deployment;
    const outputs = new Map(resources.map((each: never) => [each['urn'], each['outputs']]));
    expect(outputs.get(queue.urn)).toMatchObject({ messageRetentionSeconds: 60 });
    expect(outputs.has(logs.urn)).toBe(false);

    const outcome = await project.up('dev');
    const changes = outcome.steps.filter(({ op }) => op !== 'same');
    expect(changes.map(({ op, urn }) => ({ op, urn }))).toEqual(
      expect.arrayContaining([
        { op: 'update', urn: queue.urn },
        { op: 'create', urn: logs.urn },
      ]),
    );
    expect(account.find(QUEUE, queue.id)?.inputs).toEqual(queue.inputs);
    expect(account.list()).toHaveLength(before.length);
  });

  test('whose creation fails in the middle keeps what there is, and is completed by the next up', async () => {
    project = await Project.create();
    await project.succeed('stack', 'init', 'dev');
    const { account } = project;
    const words = 'TooManyRequestsException: Rate exceeded';
    account.failCreation(/::appstream-auto-updater-claim-image-function$/, words);
    const failed = await project.run('up', '--yes', '--skip-preview', '--stack', 'dev');
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain(words);
    const half = account.list();
    expect(half.length).toBeGreaterThan(10);
    expect(half.map(({ type }) => type)).not.toContain(MACHINE);
    const { deployment } = await project.state('dev');
    expect(deployment.pending_operations ?? []).toEqual([]);
    const known = new Set(deployment.resources.map((each: { readonly urn: string }) => each.urn));
    expect(half.filter(({ urn }) => !known.has(urn))).toEqual([]);

    const resumed = await project.up('dev');
    const { create = 0, same = 0, ...others } = countSteps(resumed);
    expect(others).toEqual({});
    const whole = account.list();
    expect(whole.slice(0, half.length)).toEqual(half);
    expect(resumed.steps.filter(({ op, urn }) => op === 'create' && isOfAws(urn))).toHaveLength(
      whole.length - half.length,
    );
    expect(whole.map(({ type }) => type)).toContain(MACHINE);
    expect(create).toBeGreaterThan(0);
    expect(same).toBeGreaterThan(0);
    expect(countSteps(await project.up('dev'))).toEqual({ same: create + same });
  });
});

/** URNs of what was, or would be, created, in an order of their own; the stack itself left out. */
const created = ({ steps }: Outcome): readonly string[] =>
  steps
    .filter(({ op, type }) => op === 'create' && type !== 'pulumi:pulumi:Stack')
    .map(({ urn }) => urn)
    .sort();

const isOfAws = (urn: string): boolean => /(::|\$)aws:[^$]*::[^:]*$/.test(urn);
