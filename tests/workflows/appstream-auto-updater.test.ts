import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

/** What a person would call the outcome: everything but the times. */
function outcomes(result: RehearsalResult, workflow = /machine/): Record<string, string> {
  const items = result.items.filter((item) => workflow.test(item.workflow));
  return Object.fromEntries(items.map(({ id, outcome, reason }) => [id, `${outcome}: ${reason}`]));
}

function imagesOf(result: RehearsalResult): Record<string, Json> {
  const images: Json[] = result.estate.appstream.images;
  return Object.fromEntries(images.map((image) => [image.Name, image]));
}

/** The run that the monthly schedule started first. */
function monthly(result: RehearsalResult) {
  const run = result.executions.find(({ trigger }) => trigger.endsWith('monthly-schedule'));
  return { run, items: result.items.filter(({ execution }) => execution === run?.id) };
}

function statuses(result: RehearsalResult): string[] {
  return result.executions
    .filter(({ trigger }) => !/-(daily|close-lost)-schedule$/.test(trigger))
    .map(({ status }) => status);
}

function subjects(result: RehearsalResult, channel = 'sns'): string[] {
  return result.notifications
    .filter((notification) => notification.channel === channel)
    .map(({ subject }) => subject);
}

/** What broke, of the nine invariants. */
function broken(result: RehearsalResult) {
  return result.invariants.filter((invariant) => !invariant.held).map(({ detail }) => detail);
}

/** Successors of a source, whatever became of them. */
function successors(result: RehearsalResult, source: string): string[] {
  return Object.values(imagesOf(result))
    .filter((image) => image.Tags?.['evergreen:source'] === source)
    .map((image) => image.Name);
}

const names = ['a', 'b', 'c'];

function estate(members: Json = {}, image: Json = {}): Json {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: '2026-02-01T00:00:00Z',
    appstream: {
      images: names.map((Name) => ({
        Name,
        Platform: 'WINDOWS_SERVER_2022',
        CreatedTime: '2025-12-01T00:00:00Z',
        Tags: { AutoUpdate: 'Enabled' },
        ...image,
      })),
    },
    ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    ...members,
  };
}

/** The real call for the second image; each real call follows a dry run. */
const secondUpdate = { operation: 'appstream:CreateUpdatedImage', occurrence: 5 };
const stateFails = (state: string) => [
  {
    kind: 'accessDenied',
    at: {
      operation: operationOf[state] ?? 'lambda:Invoke',
      occurrence: 'every',
      caller: `state:*/${state}`,
    },
  },
];
const operationOf: Record<string, string> = {
  CheckForUpdate: 'appstream:CreateUpdatedImage',
  StartUpdate: 'appstream:CreateUpdatedImage',
  CheckImage: 'appstream:DescribeImages',
};

const scenarios = {
  plain: { estate: estate() },
  killed: {
    estate: estate(),
    faults: [{ kind: 'killExecution', at: secondUpdate, restartAfterSeconds: 600 }],
  },
  killedForGood: { estate: estate(), faults: [{ kind: 'killExecution', at: secondUpdate }] },
  killedAndEventLost: {
    estate: estate(),
    faults: [
      { kind: 'killExecution', at: secondUpdate },
      { kind: 'lostEvent', at: { operation: 'states:StartExecution', caller: 'rule:*' } },
    ],
  },
  lostAnswer: { estate: estate(), faults: [{ kind: 'lostAnswer', at: secondUpdate }] },
  failsOnce: {
    days: 40,
    estate: estate({
      capturedAt: '2026-01-25T00:00:00Z',
      outcomes: [
        {
          service: 'appstream',
          image: 'b',
          on: 'update',
          attempt: 1,
          result: 'FAILED',
          code: 'IMAGE_UPDATE_FAILURE',
          message: 'Could not update image. Failed to install KB5034122.',
        },
      ],
    }),
  },
  noQuota: { estate: estate({ quotas: { 'appstream2:L-9B6418E0': 1 } }) },
  lateImage: { estate: estate({ durations: { appstream: { listImage: { minutes: [40, 41] } } } }) },
  nothingNew: { estate: estate({}, { canUpdateImage: false }) },
  surveyFails: { estate: estate(), faults: stateFails('SurveyImages') },
  claimFails: { estate: estate(), faults: stateFails('ClaimImage') },
  checkFails: { estate: estate(), faults: stateFails('CheckForUpdate') },
  startFails: { estate: estate(), faults: stateFails('StartUpdate') },
  pollFails: { estate: estate(), faults: stateFails('CheckImage') },
  commitFails: { estate: estate(), faults: stateFails('CommitLineage') },
  settleFails: { estate: estate(), faults: stateFails('Settle') },
  settleErrorFails: {
    estate: estate(),
    faults: [...stateFails('StartUpdate'), ...stateFails('SettleError')],
  },
  reportFails: {
    estate: estate(),
    faults: [
      {
        kind: 'accessDenied',
        at: {
          operation: 'lambda:Invoke',
          occurrence: 'every',
          caller: 'state:appstream-auto-updater-machine-*/ReportRun',
        },
      },
    ],
  },
  topicFails: {
    estate: estate(),
    faults: [{ kind: 'accessDenied', at: { operation: 'sns:Publish', occurrence: 1 } }],
  },
  functionCrashes: {
    estate: estate(),
    faults: [
      { kind: 'crashFunctionAfter', at: { operation: 'appstream:TagResource' } },
      { kind: 'crashFunctionAfter', at: { operation: 'dynamodb:UpdateItem' } },
      { kind: 'crashFunctionAfter', at: { operation: 'sns:Publish' } },
    ],
  },
  throttled: {
    estate: estate(),
    faults: [{ kind: 'throttle', at: { probability: 0.2 } }],
  },
  withoutTagGrant: {
    estate: estate(),
    mutations: [{ kind: 'removeGrant', policy: 'commit-lineage-policy', sid: 'CommitLineage' }],
  },
  withoutStartGrant: {
    estate: estate(),
    mutations: [{ kind: 'removeGrant', policy: 'monthly-policy', sid: 'StartWorkflow' }],
  },
  withoutChildrenGrant: {
    estate: estate(),
    mutations: [
      { kind: 'removeGrant', policy: 'auto-updater-children-policy', sid: 'StartChildren' },
    ],
  },
  withoutGate: {
    estate: estate({}, { canUpdateImage: false }),
    mutations: [
      { kind: 'reroute', state: 'TakeTarget', from: 'CheckForUpdate', to: 'EnterWindow' },
      // A state that nothing leads to would be refused.
      { kind: 'reroute', state: 'WaitUntilVisible', from: 'ClaimImage', to: 'CheckForUpdate' },
    ],
  },
  withoutAdoption: {
    estate: estate(),
    faults: [{ kind: 'lostAnswer', at: secondUpdate }],
    mutations: [
      {
        kind: 'removeCatch',
        state: 'StartUpdate',
        error: 'AppStream.ResourceAlreadyExistsException',
      },
    ],
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const updated = Object.fromEntries(
  names.map((name) => [name, `updated: updated to ${name}-Updated-20260201-1`]),
);

describe('a monthly update', () => {
  it('updates every image, commits its lineage, and tells once', () => {
    const { plain } = results;
    expect(outcomes(plain)).toEqual(updated);
    for (const name of names) {
      expect(imagesOf(plain)[name].Tags).toEqual({
        AutoUpdate: 'Completed',
        NextVersion: `${name}-Updated-20260201-1`,
      });
      expect(imagesOf(plain)[`${name}-Updated-20260201-1`]).toMatchObject({
        State: 'AVAILABLE',
        Tags: { AutoUpdate: 'Enabled', BaseName: name, 'evergreen:source': name },
      });
    }
    expect(subjects(plain)).toEqual(['appstream-auto-updater: 3 updated']);
    expect(subjects(plain, 'email')).toEqual(subjects(plain));
    expect(broken(plain)).toEqual([]);
  });

  it('makes no change on days on which nothing is unfinished', () => {
    const daily = results.plain.executions.filter(({ trigger }) =>
      trigger.endsWith('daily-schedule'),
    );
    expect(daily.length).toBeGreaterThan(3);
    for (const { status, output } of daily) {
      expect([status, output]).toEqual(['SUCCEEDED', { items: [] }]);
    }
  });

  it('asks AppStream for nothing when a dry run shows that there is nothing newer', () => {
    const { nothingNew } = results;
    for (const name of names) {
      expect(outcomes(nothingNew)[name]).toBe(
        'skipped: up to date: AppStream has nothing newer for it',
      );
      expect(successors(nothingNew, name)).toEqual([]);
    }
    expect(broken(nothingNew)).toEqual([]);
  });

  it('waits for quota that is not there yet, and never counts that as a failure', () => {
    expect(outcomes(results.noQuota)).toEqual(updated);
    expect(results.noQuota.calls.map(({ outcome }) => outcome)).not.toContain(
      'LimitExceededException',
    );
    // One after the other: each starts only after the one before has ended.
    const { items } = monthly(results.noQuota);
    const ends = items.map(({ endedAt }) => Date.parse(endedAt ?? '')).sort((a, b) => a - b);
    for (const [index, end] of ends.slice(1).entries()) {
      expect(end - (ends[index] ?? 0)).toBeGreaterThan(2 * 3_600_000);
    }
    expect(broken(results.noQuota)).toEqual([]);
  });

  it('is patient with an image that AppStream shows late', () => {
    expect(outcomes(results.lateImage)).toEqual(updated);
    expect(broken(results.lateImage)).toEqual([]);
  });

  it("tries a failed update again in the next run, with AWS's reason in the report of the first", () => {
    const { failsOnce } = results;
    const [first, second] = failsOnce.executions.filter(({ trigger }) =>
      trigger.endsWith('monthly-schedule'),
    );
    const reasons = (execution: typeof first) =>
      failsOnce.items.filter((item) => item.execution === execution?.id && item.id === 'b');
    expect(reasons(first)).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('Failed to install KB5034122.') },
    ]);
    expect(reasons(second)).toMatchObject([
      { outcome: 'updated', reason: 'updated to b-Updated-20260301-1' },
    ]);
    expect(imagesOf(failsOnce)['b'].Tags.NextVersion).toBe('b-Updated-20260301-1');
    expect(failsOnce.notifications[0]?.text).toContain('Failed to install KB5034122.');
    expect(broken(failsOnce)).toEqual([]);
  });
});

describe('a run that is killed right after AWS accepted an update', () => {
  it('is continued by a fresh start, without a second image', () => {
    const { killed } = results;
    expect(statuses(killed)).toEqual(['ABORTED', 'SUCCEEDED', 'SUCCEEDED']);
    for (const name of names) expect(successors(killed, name)).toHaveLength(1);
    expect(outcomes(killed)).toMatchObject(updated);
    expect(broken(killed)).toEqual([]);
  });

  it('ends in the same account as a run that was not killed', () => {
    const tags = (result: RehearsalResult) =>
      Object.values(imagesOf(result)).map(({ Name, State, Tags }) => ({ Name, State, Tags }));
    expect(new Set(tags(results.killed))).toEqual(new Set(tags(results.plain)));
  });

  it('is reported although it could not report itself', () => {
    expect(subjects(results.killed)[0]).toBe(
      'Attention: appstream-auto-updater: run ended early, 3 interrupted',
    );
  });

  it('is followed up by the daily run when nobody starts it again', () => {
    const { killedForGood } = results;
    expect(statuses(killedForGood)).toEqual(['ABORTED', 'SUCCEEDED']);
    const started = names.filter((name) => successors(killedForGood, name).length > 0);
    expect(started.length).toBeGreaterThanOrEqual(2);
    for (const name of started) {
      expect(imagesOf(killedForGood)[name].Tags.AutoUpdate).toBe('Completed');
    }
    expect(broken(killedForGood)).toEqual([]);
  });
});

describe('a run that is killed, and whose end nobody hears of', () => {
  it('is found and reported on the next day', () => {
    const { killedAndEventLost } = results;
    const [first] = killedAndEventLost.notifications;
    expect(first?.subject).toBe(
      'Attention: appstream-auto-updater: run ended early, 3 interrupted',
    );
    expect(first?.at.slice(0, 13)).toBe('2026-02-02T05');
    expect(first?.id).toContain(monthly(killedAndEventLost).run?.id.split(':').pop());
    expect(subjects(killedAndEventLost).filter((one) => one === first?.subject)).toHaveLength(1);
    expect(broken(killedAndEventLost)).toEqual([]);
  });
});

describe('a call whose answer is lost', () => {
  it('is recognized by the name of the image, and adopted', () => {
    const { lostAnswer } = results;
    expect(outcomes(lostAnswer)).toEqual(updated);
    for (const name of names) expect(successors(lostAnswer, name)).toHaveLength(1);
    expect(lostAnswer.calls.map(({ outcome }) => outcome)).toContain(
      'ResourceAlreadyExistsException',
    );
    expect(broken(lostAnswer)).toEqual([]);
  });
});

describe('a step that fails for good', () => {
  const denied = 'is denied (injected fault)';

  it.each(['claimFails', 'checkFails', 'startFails'] as const)(
    'costs each image its own line and not the run: %s',
    (scenario) => {
      const result = results[scenario];
      expect(statuses(result)).toEqual(['SUCCEEDED']);
      for (const name of names) {
        expect(outcomes(result)[name]).toMatch(/^failed: .*denied/);
        expect(successors(result, name)).toEqual([]);
      }
      expect(subjects(result)).toEqual([
        expect.stringMatching(/^Attention: appstream-auto-updater: the update of [abc] failed$/),
        'Attention: appstream-auto-updater: 3 failed',
      ]);
      expect(broken(result)).toEqual([]);
    },
  );

  it.each(['pollFails', 'commitFails'] as const)(
    'leaves what AWS does to a later run, and says so: %s',
    (scenario) => {
      const result = results[scenario];
      expect(statuses(result)).toEqual(['SUCCEEDED']);
      expect(
        monthly(result).items.map(({ outcome, reason }) => [outcome, reason.includes(denied)]),
      ).toEqual(names.map(() => ['failed', true]));
      for (const name of names) expect(successors(result, name)).toHaveLength(1);
    },
  );

  it('reports an image whose outcome could not be recorded', () => {
    for (const scenario of ['settleFails', 'settleErrorFails'] as const) {
      const result = results[scenario];
      expect(statuses(result)).toEqual(['SUCCEEDED']);
      expect(Object.values(outcomes(result))[0]).toContain(
        'the work on it ended without an outcome; the next run follows it up',
      );
    }
    expect(broken(results.settleFails)).toEqual([]);
  });

  it('ends the run when not even the survey works: one notification all the same', () => {
    const { surveyFails } = results;
    expect(monthly(surveyFails).run?.status).toBe('FAILED');
    expect(subjects(surveyFails)[0]).toBe('Attention: appstream-auto-updater: run ended early');
    const ids = surveyFails.notifications.map(({ id, channel }) => `${channel} ${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(broken(surveyFails)).toEqual([]);
  });

  it('is closed from outside when the report itself fails, with what became of every image', () => {
    const { reportFails } = results;
    const { run } = monthly(reportFails);
    expect(run?.status).toBe('FAILED');
    const own = reportFails.notifications.filter(({ id }) =>
      id.endsWith(run?.id.split(':').pop() ?? '-'),
    );
    expect(own.map(({ channel, subject }) => [channel, subject])).toEqual(
      ['sns', 'email'].map((channel) => [
        channel,
        'Attention: appstream-auto-updater: run ended early, 3 updated',
      ]),
    );
    for (const name of names) {
      expect(own[0]?.text).toMatch(
        new RegExp(`^  ${name} .*: updated to ${name}-Updated-20260201-1$`, 'm'),
      );
    }
    expect(broken(reportFails)).toEqual([]);
  });
});

describe('a notification channel that fails', () => {
  it('changes no outcome, and is reported through the other', () => {
    const { topicFails } = results;
    expect(outcomes(topicFails)).toEqual(updated);
    expect(statuses(topicFails)).toEqual(['SUCCEEDED']);
    expect(subjects(topicFails, 'email')).toEqual([
      'appstream-auto-updater: 3 updated',
      'Attention: appstream-auto-updater: a notification did not reach everybody',
    ]);
    expect(broken(topicFails)).toEqual([]);
  });
});

describe('faults that pass', () => {
  it.each(['functionCrashes', 'throttled'] as const)(
    'change nothing in the end: %s',
    (scenario) => {
      expect(outcomes(results[scenario])).toEqual(updated);
      expect(broken(results[scenario])).toEqual([]);
    },
  );
});

describe('a judge that can fail', () => {
  it('denies exactly the call whose grant is missing', () => {
    const { withoutTagGrant } = results;
    expect(withoutTagGrant.ok).toBe(false);
    const denials = withoutTagGrant.iam.denied;
    expect(new Set(denials.map(({ action }) => action))).toEqual(
      new Set(['appstream:TagResource']),
    );
    expect(new Set(denials.map(({ resource }) => resource.split('/').pop()))).toEqual(
      new Set(names),
    );
    expect(withoutTagGrant.invariants.find(({ id }) => id === '8')?.held).toBe(false);
  });

  it('knows that a distributed Map starts executions of its own machine', () => {
    const { withoutChildrenGrant } = results;
    expect(withoutChildrenGrant.ok).toBe(false);
    expect(withoutChildrenGrant.iam.denied.map(({ action }) => action)).toEqual([
      'states:StartExecution',
    ]);
  });

  it('denies a schedule that may not start its workflow', () => {
    const { withoutStartGrant } = results;
    expect(withoutStartGrant.ok).toBe(false);
    expect(new Set(withoutStartGrant.iam.denied.map(({ action }) => action))).toEqual(
      new Set(['states:StartExecution']),
    );
    expect(withoutStartGrant.items).toEqual([]);
  });

  it('sees that the dry-run gate is gone', () => {
    for (const name of names) {
      expect(outcomes(results.withoutGate)[name]).not.toContain('up to date');
    }
  });

  it('sees that the adoption branch is gone', () => {
    const { items } = monthly(results.withoutAdoption);
    expect(items.map(({ outcome }) => outcome).sort()).toEqual(['failed', 'updated', 'updated']);
    expect(items.find(({ outcome }) => outcome === 'failed')?.reason).toContain('already exists');
  });
});
