import { checkInvariants, type CheckerInput } from '../../../rehearsal/checker';
import type { TracedCall, TracedExecution } from '../../../rehearsal/engine/trace';
import type { InvariantResult, NotificationResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';

const START = Date.parse('2026-02-01T12:00:00Z');

/** A hand-made rehearsal: each call, run and notification happens one minute after the one before. */
export interface Story {
  readonly before: Json;
  readonly after: Json;
  readonly calls: TracedCall[];
  readonly executions: TracedExecution[];
  readonly notifications: NotificationResult[];
  readonly iam: { denied: Json[]; unused: Json[] };
  /** Adds a run of the workflow `updates`, and returns its ARN. */
  run(name: string, change?: Partial<TracedExecution>): string;
  /** Adds a call that took effect, `service:Operation`. */
  call(name: string, input: Json, change?: Partial<TracedCall>): TracedCall;
  /** Adds the same notification by SNS and by mail, or by the channels named. */
  notify(id: string, text: string, channels?: readonly string[]): void;
  /** The verdict on one invariant. */
  verdict(id: number, limits?: CheckerInput['limits']): InvariantResult;
}

export function createStory(estate: Json = {}): Story {
  let minutes = 0;
  const tick = () => new Date(START + 60_000 * minutes++).toISOString();
  const story: Story = {
    before: structuredClone(estate),
    after: structuredClone(estate),
    calls: [],
    executions: [],
    notifications: [],
    iam: { denied: [], unused: [] },
    run(name, change = {}) {
      const id = `arn:aws:states:eu-west-1:111122223333:execution:updates:${name}`;
      story.executions.push({
        workflow: 'updates',
        id,
        trigger: 'schedule',
        startedAt: tick(),
        endedAt: '2026-02-01T20:00:00.000Z',
        status: 'SUCCEEDED',
        input: {},
        transitions: 10,
        historyEvents: 40,
        ...change,
      });
      return id;
    },
    call(name, input, change = {}) {
      const [service = '', operation = ''] = name.split(':');
      const call: TracedCall = {
        index: story.calls.length,
        at: tick(),
        principal: 'arn:aws:iam::111122223333:role/updates',
        caller: 'function:update',
        service,
        operation,
        action: name,
        resource: '*',
        input,
        mutates: !/^(Describe|List|Get)/.test(operation),
        effect: change.error === undefined,
        ...change,
      };
      story.calls.push(call);
      return call;
    },
    notify(id, text, channels = ['sns', 'email']) {
      const at = tick();
      for (const channel of channels) {
        story.notifications.push({ id, at, channel, to: 'team', subject: 'Images', text });
      }
    },
    verdict(id, limits) {
      const { before, after, calls, executions, notifications, iam } = story;
      const trace = { calls, executions, events: [], metrics: [] };
      return checkInvariants({
        before,
        trace,
        after,
        iam,
        notifications,
        ...(limits && { limits }),
      })[id - 1]!;
    },
  };
  return story;
}

/** An image in the shape of an estate. */
export function image(name: string, change: Json = {}): Json {
  return { Name: name, State: 'AVAILABLE', CreatedTime: '2025-12-01T00:00:00Z', ...change };
}

/** What a caller is told by `DescribeImages`. */
export function sees(name: string, state: string, change: Json = {}): Partial<TracedCall> {
  return { output: { Images: [image(name, { State: state, ...change })] } };
}

export const REASON = 'Could not install the AppStream agent.';

/**
 * One run updates `web` to `web-2`, which works, and `db` to `db-2`, which fails for `REASON`; everything is
 * committed, notified and as it should be.
 */
export function goodStory(): Story {
  const tags = { AutoUpdate: 'Enabled', BaseName: 'web' };
  const web = image('web', { Tags: tags });
  const db = image('db', { Tags: { AutoUpdate: 'Enabled', BaseName: 'db' } });
  const story = createStory({ appstream: { images: [web, db] } });
  const newer = { CreatedTime: '2026-02-01T12:05:00Z' };
  const execution = story.run('feb', {
    output: {
      items: [
        { id: 'web', outcome: 'updated', reason: 'updated to web-2' },
        { id: 'db', outcome: 'failed', reason: REASON },
      ],
    },
  });
  const update = (from: string, to: string) =>
    story.call(
      'appstream:CreateUpdatedImage',
      { existingImageName: from, newImageName: to, newImageTags: tags, dryRun: false },
      { execution, output: { image: image(to, { State: 'CREATING', ...newer }) } },
    );
  update('web', 'web-2');
  update('db', 'db-2');
  story.call(
    'appstream:DescribeImages',
    { Names: ['web-2', 'db-2'] },
    {
      execution,
      output: {
        Images: ['web-2', 'db-2'].map((name) => image(name, { State: 'CREATING', ...newer })),
      },
    },
  );
  story.call(
    'appstream:DescribeImages',
    { Names: ['web-2'] },
    { execution, ...sees('web-2', 'AVAILABLE', newer) },
  );
  story.call(
    'appstream:TagResource',
    {
      ResourceArn: 'arn:aws:appstream:eu-west-1:111122223333:image/web',
      Tags: { AutoUpdate: 'Completed', NextVersion: 'web-2' },
    },
    { execution },
  );
  story.notify('updates.feb', `UPDATED\n  web: updated to web-2\nFAILED\n  db: ${REASON}`);
  Object.assign(story.after.appstream.images[0].Tags, {
    AutoUpdate: 'Completed',
    NextVersion: 'web-2',
  });
  story.after.appstream.images.push(
    image('web-2', { ...newer, Tags: { ...tags, 'evergreen:source': 'web' } }),
    image('db-2', {
      ...newer,
      State: 'FAILED',
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE', Message: REASON },
      Tags: { AutoUpdate: 'Enabled', BaseName: 'db', 'evergreen:source': 'db' },
    }),
  );
  return story;
}
