import {
  createHandler as createClaim,
  type ClaimResult,
} from '../../../functions/appstream/claim-image';
import { createHandler as createCommit } from '../../../functions/appstream/commit-lineage';
import { createHandler as createPrepare } from '../../../functions/appstream/prepare-update';
import { recordSeenTarget, type Ledger } from '../../../functions/foundation/ledger';
import { recordQueue } from '../../../functions/foundation/run-log';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { Driver } from '../../rehearsal/asl/driver';
import { emulateAccount, image, LEDGER_TABLE, namedError } from '../../support/emulated-clients';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import {
  allUpdated,
  broken,
  definition,
  estate,
  failing,
  fault,
  imageOf,
  messages,
  monthlyRuns,
  noon,
  numbers,
  optedIn,
  plain,
  startsOf,
  statesOf,
  successors,
  told,
} from './account';

const web = estate([optedIn('web')]);
const shares = ['222233334444', '555566667777'].map((sharedAccountId) => ({
  sharedAccountId,
  imagePermissions: { allowFleet: true, allowImageBuilder: sharedAccountId < '3' },
}));
const texts = {
  DisplayName: 'Büro '.repeat(20),
  Description: 'Everything. '.repeat(22).slice(0, 256),
};
const tagged = (count: number) =>
  Object.fromEntries(numbers(count).map((number) => [`tag-${number}`, 'x']));
const tagging = (count: number) =>
  numbers(count).map((occurrence) => ({
    kind: 'accessDenied',
    at: { operation: 'appstream:TagResource', occurrence },
  }));

const scenarios = {
  plain: { estate: web },
  failsOnce: {
    days: 40,
    estate: estate([optedIn('web')], {
      capturedAt: '2026-01-30T00:00:00Z',
      outcomes: [failing('web', 'Failed to install KB5034122.', { attempt: 1 })],
    }),
  },
  // All seven attempts of the run: the first and six more.
  taggedLater: { estate: web, faults: tagging(7) },
  neverTagged: {
    days: 40,
    estate: estate([optedIn('web')], {
      capturedAt: '2026-01-30T00:00:00Z',
      events: [{ type: 'appstream.baseImageReleased', at: '2026-02-20T00:00:00Z' }],
    }),
    faults: [
      { kind: 'accessDenied', at: { operation: 'appstream:TagResource', occurrence: 'every' } },
    ],
  },
  killed: { estate: web, faults: [fault('killExecution', 'StartUpdate')] },
  lostAnswer: { estate: web, faults: [fault('lostAnswer', 'StartUpdate')] },
  limitExceeded: {
    estate: web,
    // More often than a task is repeated.
    faults: numbers(9).map((number) => fault('limitExceeded', 'StartUpdate', number)),
  },
  othersHaveTheQuota: {
    estate: estate([plain('theirs'), optedIn('web')], {
      quotas: { 'appstream2:L-9B6418E0': 1 },
      events: [
        {
          type: 'appstream.imageUpdateStarted',
          at: '2026-02-01T11:00:00Z',
          image: 'theirs',
          duration: { hours: 10 },
        },
      ],
    }),
  },
  // AppStream is busy with the very image until half past twelve.
  concurrentModification: {
    estate: estate([optedIn('web')], {
      durations: { appstream: { updateImage: { hours: 3 }, queueUpdate: { minutes: 60 } } },
      events: [{ type: 'appstream.imageUpdateStarted', at: '2026-02-01T11:30:00Z', image: 'web' }],
    }),
  },
  longPending: {
    estate: estate([optedIn('web')], {
      durations: { appstream: { updateImage: { hours: 3 }, queueUpdate: { hours: 2 } } },
    }),
  },
  looksThrottled: {
    estate: web,
    faults: numbers(5).map((number) => fault('throttle', 'CheckImage', number)),
  },
  // As many as one look takes: the first attempt and six more.
  lookDenied: {
    estate: web,
    faults: numbers(7).map((number) => fault('accessDenied', 'CheckImage', number)),
  },
  refused: { estate: web, faults: [fault('accessDenied', 'StartUpdate', 'every')] },
  nothingNewer: { estate: estate([optedIn('web', {}, { canUpdateImage: false })]) },
  tags: {
    estate: estate([
      optedIn('with-aws-tags', { 'aws:cloudformation:stack-name': 'desktops', Team: 'x' }),
      // With NextVersion 50, the most that AppStream allows.
      optedIn('fits', { BaseName: 'fits', ...tagged(47) }),
      optedIn('full', { BaseName: 'full', ...tagged(48) }),
    ]),
  },
  texts: {
    estate: estate([optedIn('web', {}, { ...texts, SharedImagePermissionsList: shares })]),
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const updatedWeb = allUpdated(['web']);

function tagCalls({ calls }: RehearsalResult) {
  return calls.filter(({ action }) => action === 'appstream:TagResource');
}

const watch = {
  oftenUntil: '2026-01-01T01:00:00Z',
  sometimesUntil: '2026-01-01T02:30:00Z',
  finishBy: '2026-01-02T00:00:00Z',
};

/** The child execution of one image, from the claim on, with answers that a test gives. */
function child(): Driver {
  const { StartAt, States } = statesOf(definition())['UpdateImages'].ItemProcessor;
  const limits = { updates: 5, images: 10, builders: 10, batchSize: 5, room: 9, tight: false };
  const run = { execution: 'arn', run: 'run-1', startedAt: '2026-01-01T00:00:00Z' };
  return new Driver(
    { StartAt, States },
    { input: { ...run, position: 0, mode: 'update', limits } },
  );
}

const state = (driver: Driver) => driver.tasks[0]?.state;

/** As far as the dry run. */
function prepared(): Driver {
  const driver = child();
  const claimedAt = '2026-01-01T00:00:00Z';
  const claimed = { source: 'web', target: '', isLastAttempt: false, claimedAt, watch };
  driver.succeed({ Payload: { decision: 'prepare', reason: '', ...claimed } });
  const request = { target: 'web-2', description: '', displayName: 'web', tags: {} };
  driver.succeed({ Payload: { decision: 'start', reason: '', waitSeconds: 60, ...request } });
  expect(state(driver)).toBe('CheckForUpdate');
  return driver;
}

/** As far as the first look at an update that was accepted. */
function started(): Driver {
  const driver = prepared();
  driver.succeed({ CanUpdateImage: true });
  driver.succeed({ Payload: { decision: 'enter', reason: '', watch } });
  expect(state(driver)).toBe('StartUpdate');
  driver.succeed({});
  driver.pass();
  expect(state(driver)).toBe('CheckImage');
  return driver;
}

describe('defect 12: the source is given up only for a successor that is there', () => {
  test('its tags are written when the update has ended, not when it was accepted', () => {
    const [start = Number.NaN] = startsOf(results.plain, ['web']);
    const [only, ...others] = tagCalls(results.plain);
    expect(others).toEqual([]);
    expect(Date.parse(only?.at ?? '')).toBeGreaterThanOrEqual(noon + (start + 180) * 60_000);
  });

  test('where the update fails it stays Enabled, and the next run tries again', () => {
    const { failsOnce } = results;
    expect(told(failsOnce, 1)['web']).toMatch(/^failed: .*the next run tries again/);
    expect(told(failsOnce, 2)['web']).toBe('updated: updated to web-Updated-20260301-1');
    // Nothing was written in between: it was Enabled all the time.
    expect(tagCalls(failsOnce)).toHaveLength(1);
    expect(imageOf(failsOnce, 'web').Tags).toEqual({
      AutoUpdate: 'Completed',
      NextVersion: 'web-Updated-20260301-1',
    });
    expect(broken(failsOnce)).toEqual([]);
  });
});

describe('defect 13: tags that cannot be written', () => {
  test('are written by a later run, of the same successor', () => {
    const { taggedLater } = results;
    expect(told(taggedLater)['web']).toMatch(/^failed: .*appstream:TagResource is denied/);
    expect(successors(taggedLater, 'web')).toHaveLength(1);
    expect(imageOf(taggedLater, 'web').Tags).toEqual({
      AutoUpdate: 'Completed',
      NextVersion: 'web-Updated-20260201-1',
    });
  });

  test('double no lineage, however long that lasts: one successor of each image', () => {
    const { neverTagged } = results;
    expect(monthlyRuns(neverTagged)).toHaveLength(2);
    const [successor, ...others] = successors(neverTagged, 'web');
    expect(others).toEqual([]);
    expect(successors(neverTagged, successor?.Name)).toHaveLength(1);
    expect(neverTagged.estate.appstream.images).toHaveLength(3);
  });
});

test('defect 14: an update that was accepted is not lost with the run that started it', () => {
  const { killed } = results;
  expect(monthlyRuns(killed)[0]?.status).toBe('ABORTED');
  expect(successors(killed, 'web')).toMatchObject([
    { Name: 'web-Updated-20260201-1', State: 'AVAILABLE' },
  ]);
  expect(imageOf(killed, 'web').Tags.NextVersion).toBe('web-Updated-20260201-1');
  expect(broken(killed)).toEqual([]);
});

test('defect 15: a start whose answer is lost is recognized when it is repeated, and followed', () => {
  const { lostAnswer } = results;
  expect(lostAnswer.calls.map(({ outcome }) => outcome)).toContain(
    'ResourceAlreadyExistsException',
  );
  expect(told(lostAnswer)).toEqual(updatedWeb);
  expect(successors(lostAnswer, 'web')).toHaveLength(1);
  expect(broken(lostAnswer)).toEqual([]);
});

describe('defect 16: what passes is waited for', () => {
  test('a limit that is exceeded is no failure', () => {
    expect(told(results.limitExceeded)).toEqual(updatedWeb);
    const refusals = results.limitExceeded.calls.filter(
      ({ outcome }) => outcome === 'LimitExceededException',
    );
    expect(refusals).toHaveLength(9);
  });

  test('updates that others run in the whole quota are waited for, for hours', () => {
    const { othersHaveTheQuota } = results;
    expect(told(othersHaveTheQuota)).toMatchObject(updatedWeb);
    // Theirs ends at 21:00, nine hours after our run began; the longest wait is an hour.
    const [start] = startsOf(othersHaveTheQuota, ['web']);
    expect(start).toBeGreaterThanOrEqual(9 * 60);
    expect(start).toBeLessThanOrEqual(10 * 60);
  });

  test('a concurrent modification is no failure', () => {
    const { concurrentModification } = results;
    const refusals = concurrentModification.calls.filter(
      ({ outcome }) => outcome === 'ConcurrentModificationException',
    );
    expect(refusals.length).toBeGreaterThan(0);
    expect(told(concurrentModification)['web']).toBe(updatedWeb['web']);
    expect(startsOf(concurrentModification, ['web'])[0]).toBeGreaterThanOrEqual(30);
  });
});

describe('defect 17: only what FAILED has failed', () => {
  test.each(['PENDING', 'COPYING', 'IMPORTING', 'VALIDATING', 'CREATING', 'OF_NEXT_YEAR'])(
    '%s is waited for by the run, and followed by the next one',
    async (State) => {
      const driver = started();
      driver.succeed({ Images: [{ State }] });
      driver.pass();
      expect(state(driver)).toBe('CheckImage');
      driver.succeed({ Images: [{ State: 'AVAILABLE' }] });
      expect(state(driver)).toBe('ShareImage');

      const Tags = { 'evergreen:source': 'web', AutoUpdate: 'Enabled' };
      const claimed = await claim([
        image('web', { Tags: { AutoUpdate: 'Enabled' } }),
        image('web-2', { State, Tags }),
      ]);
      expect([claimed.decision, claimed.target]).toEqual(['follow', 'web-2']);
    },
  );

  test('PENDING for two hours is no failure either', () => {
    expect(told(results.longPending)).toEqual(updatedWeb);
  });

  test('looks that are throttled say nothing about the image', () => {
    expect(told(results.looksThrottled)).toEqual(updatedWeb);
  });

  test('a look that is denied for good says so, fails no image, and the update is not lost', () => {
    const { lookDenied } = results;
    expect(told(lookDenied)['web']).toMatch(/^failed: .*appstream:DescribeImages is denied/);
    expect(imageOf(lookDenied, 'web').Tags.NextVersion).toBe('web-Updated-20260201-1');
    expect(successors(lookDenied, 'web')).toHaveLength(1);
  });
});

describe('defect 18: failures are told with the name of the image and the reason', () => {
  test("AWS's own, where an update failed", () => {
    for (const channel of ['sns', 'email']) {
      expect(messages(results.failsOnce, channel)[0]?.text).toMatch(
        /^ {2}web .*: web-Updated-20260201-1 is FAILED\. IMAGE_UPDATE_FAILURE: Failed to install KB5034122\./m,
      );
    }
  });

  test('that of the refusal, where it did not start', () => {
    expect(messages(results.refused)[0]?.text).toMatch(
      /^ {2}web .*: AppStream\.\w+: appstream:CreateUpdatedImage is denied/m,
    );
  });
});

describe('defect 19: a dry run comes first', () => {
  test('so that an update that brings nothing costs nothing', () => {
    const { nothingNewer } = results;
    expect(told(nothingNewer)['web']).toMatch(/^skipped: up to date/);
    expect(nothingNewer.estate.appstream.images).toHaveLength(1);
    const builders = nothingNewer.cost.lines.find(({ group }) => group === 'builders');
    expect(builders?.quantity ?? 0).toBe(0);
  });

  test.each([{}, { CanUpdateImage: false }])(
    'and its answer may lack every member that is optional: %j',
    (answer) => {
      const driver = prepared();
      driver.succeed(answer);
      expect(driver.tasks[0]).toMatchObject({
        state: 'Settle',
        input: { Payload: { outcome: 'skipped' } },
      });
    },
  );

  test('as may that of the start, which names no image where there was nothing to do', () => {
    // `started` answers it with {}.
    expect(started().execution.status).toBe('RUNNING');
  });
});

describe('defect 20: tags', () => {
  test('of AWS are not copied, and those of the owner are', () => {
    expect(imageOf(results.tags, 'with-aws-tags-Updated-20260201-1').Tags).toEqual({
      AutoUpdate: 'Enabled',
      BaseName: 'with-aws-tags',
      'evergreen:source': 'with-aws-tags',
      Team: 'x',
    });
  });

  test('fit into the limit of fifty, or the update is not started', () => {
    const { tags } = results;
    expect(told(tags)['fits']).toBe('updated: updated to fits-Updated-20260201-1');
    expect(Object.keys(imageOf(tags, 'fits').Tags)).toHaveLength(50);
    expect(told(tags)['full']).toMatch(/^skipped: .* 51 tags, AppStream allows 50/);
    expect(successors(tags, 'full')).toEqual([]);
    expect(broken(tags)).toEqual([]);
  });

  test('that somebody edits while the update runs stay as he left them: only two are written', async () => {
    const account = emulateAccount({
      appstream: { images: [image('web', { Tags: { AutoUpdate: 'Enabled', Owner: 'before' } })] },
    });
    const { appstream, dynamodb, now } = account;
    const ledger: Ledger = { client: dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
    const { target, tags } = await prepare(account);
    await appstream.createUpdatedImage({
      existingImageName: 'web',
      newImageName: target,
      newImageTags: tags,
      dryRun: false,
    });
    await appstream.tagResource({ ResourceArn: arnOf('web'), Tags: { Owner: 'after' } });
    account.advance(24);

    const written: Json[] = [];
    const watched = {
      describeImages: appstream.describeImages,
      listTagsForResource: appstream.listTagsForResource,
      tagResource: (input: Json) => appstream.tagResource(written.push(input.Tags) && input),
    };
    await createCommit({ appstream: watched, ledger, now })({ source: 'web', target });
    expect(written).toEqual([{ AutoUpdate: 'Completed', NextVersion: target }]);
    const { Tags } = await appstream.listTagsForResource({ ResourceArn: arnOf('web') });
    expect(Tags.Owner).toBe('after');
  });
});

test('defect 21: display name and description are those of the source, also at their longest', () => {
  expect([texts.DisplayName.length, texts.Description.length]).toEqual([100, 256]);
  expect(imageOf(results.texts, 'web-Updated-20260201-1')).toMatchObject(texts);
});

test('defect 22: the accounts that use the source may use the successor, in the same way', () => {
  const { SharedImagePermissionsList } = imageOf(results.texts, 'web-Updated-20260201-1');
  expect(SharedImagePermissionsList).toEqual(shares);
  expect(imageOf(results.texts, 'web').SharedImagePermissionsList).toEqual(shares);
});

function arnOf(name: string): string {
  return `arn:aws:appstream:eu-west-1:111122223333:image/${name}`;
}

/** What the next run makes of an image whose update to web-2 an earlier one has begun. */
async function claim(images: readonly unknown[]): Promise<ClaimResult> {
  const { appstream, dynamodb, now } = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  await recordSeenTarget(ledger, 'web', 'web-2');
  await recordQueue(ledger, 'run-2', ['web'], now());
  const sfn = {
    describeExecution: async () => Promise.reject(namedError('ExecutionDoesNotExist')),
  };
  const handler = createClaim({ appstream, sfn, ledger, finishHours: 24, attempts: 3, now });
  return handler({ execution: 'run-2', run: 'run-2', mode: 'update', position: 0 });
}

/** What a run would ask AppStream for. */
async function prepare({ appstream, dynamodb, now }: ReturnType<typeof emulateAccount>) {
  const ledger: Ledger = { client: dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const claim = { source: 'web' };
  const run = { execution: 'run-1', run: 'run-1', startedAt: '2026-02-01T12:00:00Z' };
  const handler = createPrepare({ appstream, ledger, startHours: 24, now });
  // A plan takes no lease.
  return handler({ child: { ...run, mode: 'plan', claim } });
}
