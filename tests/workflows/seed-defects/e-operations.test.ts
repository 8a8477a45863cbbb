import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AppStreamAutoUpdater } from '../../../components/appstream/auto-updater';
import { Ledger as LedgerTable } from '../../../components/foundation/ledger';
import { createHandler as createSurvey } from '../../../functions/appstream/survey-images';
import { readSurveyed } from '../../../functions/appstream/survey-log';
import { isPatchDay } from '../../../functions/foundation/patch-tuesday';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, image, LEDGER_TABLE } from '../../support/emulated-clients';
import { find, record, shippedCode, type Recorded } from '../../support/pulumi-mocks';
import {
  projectWithConfig,
  rehearseCommand,
  rehearseScenarios,
  type ScenarioInput,
} from '../../support/scenarios';
import { published } from '../../support/service-reference';
import {
  broken,
  estate,
  imageOf,
  messages,
  monthlyRuns,
  numbers,
  optedIn,
  plain,
  several,
  successors,
  told,
} from './account';

const others = numbers(5).map((number) => plain(`other-${number}`));

const scenarios = {
  // Eight images, and AWS's default quota of ten.
  twoFit: {
    estate: estate([...others, ...several(3)], { quotas: { 'appstream2:L-E1182CCA': 10 } }),
  },
  plan: {
    estate: estate([...others, ...several(3)], { quotas: { 'appstream2:L-E1182CCA': 10 } }),
    days: 1,
    // As if the input of the run said so.
    mutations: [
      {
        kind: 'replaceCode',
        function: 'survey-images',
        from: '(0, run_input_1.checkRunInput)(event.input)',
        to: "(0, run_input_1.checkRunInput)({ mode: 'plan' })",
      },
    ],
  },
  cannotBeStarted: {
    estate: estate(several(1)),
    faults: [
      {
        kind: 'accessDenied',
        at: {
          operation: 'states:StartExecution',
          caller: 'schedule:*-monthly-schedule',
          occurrence: 'every',
        },
      },
    ],
  },
} satisfies Record<string, ScenarioInput>;

const schedule = { text: 'Patch Tuesday + 1 day at 04:00', timeZone: 'Europe/Berlin' };

let results: Record<keyof typeof scenarios, RehearsalResult>;
let recorded: Recorded[];

beforeAll(async () => {
  [results, recorded] = await Promise.all([
    rehearseScenarios<keyof typeof scenarios>(scenarios),
    record(() => {
      new AppStreamAutoUpdater('updater', {
        ledger: new LedgerTable('ledger'),
        schedule: schedule.text,
        timeZone: schedule.timeZone,
        email: { from: 'images@example.com', to: ['team@example.com'] },
      });
    }),
  ]);
}, 900_000);

const ofType = (type: string) => recorded.filter((one) => one.type === type);
const functions = () => ofType('aws:lambda/function:Function');

/** Every statement of every policy, with the name of the policy. */
function statements(): { readonly policy: string; readonly grant: Json }[] {
  return ofType('aws:iam/rolePolicy:RolePolicy').flatMap(({ name, inputs }) =>
    JSON.parse(inputs.policy).Statement.map((grant: Json) => ({ policy: name, grant })),
  );
}

const granting = (action: string) =>
  statements().filter(({ grant }) => grant.Action.includes(action));

describe('defect 28: what is published', () => {
  test('brings no package and fetches none: it needs the SDK of the runtime, and nothing that could install', async () => {
    expect(functions().length).toBeGreaterThan(10);
    for (const lambda of functions()) {
      const files = await shippedCode(lambda);
      expect(Object.keys(files)).toEqual(['__index.js']);
      const text = files['__index.js'] ?? '';
      const required = [...text.matchAll(/\b(?:require|import)\(([^)]*)\)/g)].map(
        ([, name]) => name,
      );
      for (const name of required) expect(name).toMatch(/^'@aws-sdk\/client-[a-z0-9-]+'$/);
      expect(lambda.inputs.layers).toBeUndefined();
    }
  });

  test('runs on a Node.js that AWS maintains', () => {
    for (const { inputs } of functions()) expect(inputs.runtime).toBe('nodejs22.x');
  });
});

describe('defect 29: permissions', () => {
  const images = ['arn:aws:appstream:eu-west-1:111122223333:image/*'];

  test('to change something of AppStream are for own images, and there are three of them', () => {
    const changes = statements().flatMap(({ policy, grant }) =>
      grant.Action.filter((action: string) => {
        const [service = '', name = ''] = action.split(':');
        const level = published[service]?.[name]?.accessLevel;
        return service === 'appstream' && !['List', 'Read'].includes(level ?? '');
      }).map((action: string) => [action, policy, grant.Resource]),
    );
    expect(changes.sort()).toEqual([
      ['appstream:CreateUpdatedImage', 'updater-policy', images],
      ['appstream:TagResource', 'updater-commit-lineage-policy', images],
      ['appstream:UpdateImagePermissions', 'updater-share-image-policy', images],
    ]);
  });

  test('are for everything only where AWS knows nothing narrower, and never for all actions', () => {
    const wide = statements().filter(({ grant }) => grant.Resource.includes('*'));
    expect(wide.length).toBeGreaterThan(0);
    for (const { grant } of wide) {
      for (const action of grant.Action as string[]) {
        const [service = '', name = ''] = action.split(':');
        expect([action, published[service]?.[name]?.resources]).toEqual([action, []]);
      }
    }
    for (const { grant } of statements()) expect(grant.Action.join()).not.toContain('*');
  });

  test('to send e-mail are for one identity and one sender', () => {
    expect(granting('ses:SendEmail').map(({ grant }) => grant)).toEqual([
      {
        Effect: 'Allow',
        Sid: 'SendEmail',
        Action: ['ses:SendEmail'],
        Resource: ['arn:aws:ses:eu-west-1:111122223333:identity/images@example.com'],
        Condition: { StringEquals: { 'ses:FromAddress': 'images@example.com' } },
      },
    ]);
  });

  test('belong to roles that are described and that one service may take, each with a policy', () => {
    const roles = ofType('aws:iam/role:Role');
    const policies = ofType('aws:iam/rolePolicy:RolePolicy').map(({ inputs }) => inputs.role);
    for (const { name, inputs } of roles) {
      const [trust, ...more] = JSON.parse(inputs.assumeRolePolicy).Statement;
      expect(more).toEqual([]);
      expect(trust.Principal.Service).toMatch(/^(lambda|states|scheduler|events)\.amazonaws\.com$/);
      expect(inputs.description).not.toBe('');
      expect(policies.some((role) => role === name || role === `${name}-id`)).toBe(true);
    }
    const names = roles.flatMap(({ name }) => [name, `${name}-id`]);
    expect(policies.filter((role) => !names.includes(role))).toEqual([]);
  });

  test('are enough for a whole run', () => {
    expect(results.twoFit.iam.denied).toEqual([]);
  });
});

// We delete no image either, which would be guessing what nobody needs; but a full quota comes as no surprise.
describe('defect 30: the quota of images', () => {
  test('is looked at before anything starts: what will not fit is told, and fails nothing', () => {
    const { twoFit } = results;
    const [alert] = messages(twoFit);
    expect(alert?.subject).toBe(
      'Attention: appstream-auto-updater: 1 of 3 images may not fit into the quota of images',
    );
    expect(alert?.text).toMatch(/^ {2}image-3: it does not fit: the account has 8 of 10 images/m);
    const made = several(3).flatMap(({ Name }) => successors(twoFit, Name));
    expect(made).toHaveLength(2);
    for (const { CreatedTime } of made) {
      expect(Date.parse(CreatedTime)).toBeGreaterThan(Date.parse(alert?.at ?? ''));
    }
    const outcomes = several(3).map(({ Name }) => told(twoFit)[Name]?.split(':')[0]);
    expect(outcomes.sort()).toEqual(['postponed', 'updated', 'updated']);
    expect(broken(twoFit)).toEqual([]);
  });

  test('and everything else is shown by a plan, which changes nothing', () => {
    const { plan } = results;
    expect(told(plan)).toMatchObject({
      'image-1': 'planned: to be updated to image-1-Updated-20260201-1',
      'image-2': 'planned: to be updated to image-2-Updated-20260201-1',
      'image-3': 'planned: to be updated to image-3-Updated-20260201-1',
      'other-1': 'skipped: not opted in: it has no tag AutoUpdate',
    });
    const [report, ...more] = messages(plan);
    expect(more).toEqual([]);
    expect(report?.text).toMatch(/^Would update: 2 images$/m);
    expect(report?.text).toMatch(/^Would not fit: 1 images: image-3$/m);
    expect(report?.text).toMatch(/^Expected duration: about 3\.5 hours, 5 at a time/m);
    expect(report?.text).toMatch(/^Expected cost: about 0\.80 USD for 8 hours of image builders/m);
    expect(report?.text).toMatch(/^Room for images: 2 of 10 now, 0 afterwards$/m);
    expect(plan.estate.appstream.images).toHaveLength(8);
    expect(imageOf(plan, 'image-1').Tags).toEqual({ AutoUpdate: 'Enabled' });
    expect(plan.calls.map(({ action }) => action)).not.toContain('appstream:TagResource');
  });
});

describe('defect 31: the schedule', () => {
  test('starts the state machine, in a time zone', () => {
    const { inputs } = find(recorded, 'aws:scheduler/schedule:Schedule', 'monthly-schedule');
    expect(inputs.scheduleExpressionTimezone).toBe('Europe/Berlin');
    expect(inputs.target.arn).toBe('arn:aws:mock:::updater-machine');
    const machines = ofType('aws:sfn/stateMachine:StateMachine').map(({ name }) => name);
    expect(machines).toContain('updater-machine');
    expect(granting('lambda:InvokeFunction').map(({ policy }) => policy)).toEqual([
      'updater-policy',
      'updater-closer-policy',
    ]);
  });

  test('can be so many days after Patch Tuesday, which is once in each month', () => {
    for (const month of numbers(24)) {
      const days = numbers(31).flatMap((day) => {
        const noon = new Date(Date.UTC(2026, month - 1, day, 12));
        const isOfMonth = noon.getUTCDate() === day;
        return isOfMonth && isPatchDay(noon, 1, 'UTC') ? [noon] : [];
      });
      expect(days).toHaveLength(1);
      // The Wednesday after the second Tuesday.
      expect(days[0]?.getUTCDay()).toBe(3);
      expect(days[0]?.getUTCDate()).toBeGreaterThanOrEqual(9);
      expect(days[0]?.getUTCDate()).toBeLessThanOrEqual(15);
    }
  });

  test('then updates on that day at that time, and does nothing on the others', async () => {
    const project = projectWithConfig(
      [
        'config:',
        '  aws:region: eu-west-1',
        `  evergreen:schedule: ${schedule.text}`,
        `  evergreen:timeZone: ${schedule.timeZone}`,
        '',
      ].join('\n'),
    );
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'patch-tuesday-'));
    try {
      const [account, json] = ['estate.json', 'result.json'].map((name) => path.join(folder, name));
      const february = { ...estate([optedIn('web')]), capturedAt: '2026-02-08T00:00:00Z' };
      fs.writeFileSync(account ?? '', JSON.stringify(february));
      const options = ['--estate', account ?? '', '--days', '8', '--json', json ?? ''];
      expect(await rehearseCommand(options, project)).toMatchObject({ code: 0 });
      const result = JSON.parse(fs.readFileSync(json ?? '', 'utf8')) as RehearsalResult;
      const runs = monthlyRuns(result);
      // In Berlin it is an hour later than in UTC.
      expect(runs.map(({ startedAt }) => startedAt.slice(0, 16))).toEqual(
        [9, 10, 11, 12, 13, 14, 15].map((day) => `2026-02-${String(day).padStart(2, '0')}T03:00`),
      );
      // February's Patch Tuesday is the 10th.
      expect(numbers(7).filter((run) => Object.keys(told(result, run)).length > 0)).toEqual([3]);
      expect(told(result, 3)['web']).toBe('updated: updated to web-Updated-20260211-1');
      expect(messages(result)).toHaveLength(1);
    } finally {
      fs.rmSync(folder, { recursive: true });
      fs.rmSync(project, { recursive: true });
    }
  }, 900_000);
});

test('defect 32: one look lists all images, and asks for the tags of each own image once', async () => {
  const own = numbers(60).map((number) =>
    image(`image-${number}`, number % 2 === 0 ? { State: 'FAILED' } : {}),
  );
  const foreign = numbers(10).map((number) =>
    image(`shared-${number}`, {
      Visibility: 'SHARED',
      Arn: `arn:aws:appstream:eu-west-1:999999999999:image/shared-${number}`,
    }),
  );
  const account = emulateAccount({ appstream: { images: [...own, ...foreign] } });
  const { appstream, dynamodb, now, calls } = account;
  const ledger = { client: dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const survey = createSurvey({ appstream, ledger, pages: 10, batchSize: 5, now });
  const startedAt = now().toISOString();
  expect(await survey({ input: {}, run: 'run-1', startedAt, cursor: '' })).toMatchObject({
    next: 'choose',
  });
  const count = (operation: string) => calls.filter((call) => call === operation).length;
  expect(count('ListTagsForResource')).toBe(60);
  // Three pages of 25 own images and one of those of others; each ends up in what is written down.
  expect(count('DescribeImages')).toBe(4);
  expect(await readSurveyed(ledger, 'run-1')).toHaveLength(70);
});

// The rollout to fleets, its rollback, and alarms are components of their own.
describe('defect 33: a run that does not even start', () => {
  test('is kept: every schedule and every rule has a queue for what could not be delivered', () => {
    const queues = ofType('aws:sqs/queue:Queue').map(({ name }) => `arn:aws:mock:::${name}`);
    const triggers = [
      ...ofType('aws:scheduler/schedule:Schedule').map(({ inputs }) => inputs.target),
      ...ofType('aws:cloudwatch/eventTarget:EventTarget').map(({ inputs }) => inputs),
    ].map(({ deadLetterConfig }) => deadLetterConfig.arn);
    expect(triggers).toHaveLength(4);
    expect(triggers.sort()).toEqual(queues.sort());
  });

  test('lies there with its input, for fourteen days', () => {
    const { cannotBeStarted } = results;
    expect(monthlyRuns(cannotBeStarted)).toEqual([]);
    const queues: Json[] = cannotBeStarted.estate.sqs.queues;
    const kept = queues.flatMap(({ QueueArn, Messages = [] }) =>
      Messages.map(({ body }: Json) => [QueueArn, JSON.parse(body)]),
    );
    expect(kept).toEqual([
      [
        expect.stringContaining('appstream-auto-updater-monthly-undelivered'),
        { mode: 'update', trigger: 'schedule' },
      ],
    ]);
    for (const { inputs } of ofType('aws:sqs/queue:Queue')) {
      expect(inputs.messageRetentionSeconds).toBe(14 * 86_400);
    }
  });
});
