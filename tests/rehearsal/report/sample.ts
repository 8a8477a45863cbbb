import type { InvariantResult, ItemResult, RehearsalResult } from '../../../rehearsal/result';

export const EXECUTION = 'arn:aws:states:eu-west-1:111122223333:execution:image-updates:0f3a';

/** Text that would do harm wherever it is not escaped. */
export const NASTY = '<script>alert("x")</script> & \'q\' \u001b[31mred\u202e';

const item = (
  id: string,
  outcome: string,
  reason: string,
  from: string,
  to: string,
): ItemResult => ({
  workflow: 'image-updates',
  execution: EXECUTION,
  id,
  startedAt: `2026-02-01T${from}:00.000Z`,
  endedAt: `2026-02-01T${to}:00.000Z`,
  outcome,
  reason,
});

const TITLES = [
  'Nothing that AWS accepted is forgotten',
  'Nothing in use is deleted',
  'Temporary resources are gone, or named',
  "A group's capacity is never written",
  'Every run ends in exactly one notification',
  'A rerun converges',
  'No downgrade',
  'Every call is allowed, every grant is used',
  'All service limits hold',
];

/** The invariants, all held but those named. */
export function invariants(...broken: number[]): InvariantResult[] {
  return TITLES.map((title, index) => ({
    id: String(index + 1),
    title,
    held: !broken.includes(index + 1),
    detail: broken.includes(index + 1) ? '1 looked at; broken: web was lost' : '7 looked at',
  }));
}

/** A month with two runs and everything that a result can hold. */
export function sampleResult(change: Partial<RehearsalResult> = {}): RehearsalResult {
  const text = `UPDATED (2)\n  hr-desktop: updated\nFAILED (1)\n  cad-workstation: ${NASTY}`;
  return {
    ok: true,
    from: '2026-01-20T00:00:00.000Z',
    to: '2026-02-20T00:00:00.000Z',
    executions: [
      {
        workflow: 'image-updates',
        id: EXECUTION,
        trigger: 'schedule monthly',
        startedAt: '2026-02-01T12:00:00.000Z',
        endedAt: '2026-02-01T17:21:30.000Z',
        status: 'SUCCEEDED',
        output: { items: [], mode: 'update' },
        transitions: 312,
        historyEvents: 1204,
      },
      {
        workflow: 'image-updates',
        id: `${EXECUTION}-2`,
        trigger: 'rule nightly',
        startedAt: '2026-02-10T03:00:00.000Z',
        endedAt: '2026-02-10T03:00:41.000Z',
        status: 'FAILED',
        error: { error: 'InvalidInput', cause: NASTY },
        transitions: 3,
        historyEvents: 12,
      },
      {
        workflow: 'reconciler',
        id: EXECUTION.replace('image-updates', 'reconciler'),
        trigger: 'schedule hourly',
        startedAt: '2026-02-19T23:00:00.000Z',
        endedAt: null,
        status: 'RUNNING',
        transitions: 2,
        historyEvents: 7,
      },
    ],
    items: [
      item('hr-desktop', 'updated', 'updated to hr-desktop-Updated-20260201-1', '12:00', '15:20'),
      item('finance-desktop', 'updated', 'updated to finance-2', '12:00', '16:02'),
      item('cad-workstation', 'failed', `cad-2 is FAILED. ${NASTY}`, '12:01', '17:21'),
      item(
        'call-center-agents-emea-windows-server-2022-with-a-very-long-name',
        'postponed',
        'LimitExceeded',
        '12:02',
        '17:20',
      ),
      item('training', 'skipped', 'not opted in: it has no tag AutoUpdate', '12:00', '12:00'),
    ],
    notifications: ['sns', 'email'].map((channel) => ({
      id: 'image-updates.0f3a',
      at: '2026-02-01T17:21:20.000Z',
      channel,
      to: channel === 'sns' ? 'arn:aws:sns:eu-west-1:111122223333:images' : 'team@example.com',
      subject: 'Attention: image-updates: 1 failed, 2 updated',
      text,
    })),
    calls: [
      {
        at: '2026-02-01T12:00:03.000Z',
        principal: 'arn:aws:iam::111122223333:role/survey',
        action: 'appstream:DescribeImages',
        resource: '*',
        outcome: 'ok',
      },
      {
        at: '2026-02-01T12:02:03.000Z',
        principal: 'arn:aws:iam::111122223333:role/updates',
        action: 'appstream:CreateUpdatedImage',
        resource: 'arn:aws:appstream:eu-west-1:111122223333:image/call',
        outcome: 'LimitExceededException',
      },
    ],
    iam: {
      denied: [
        {
          principal: 'arn:aws:iam::111122223333:role/updates',
          action: 'appstream:DeleteImage',
          resource: 'arn:aws:appstream:eu-west-1:111122223333:image/web',
          reason: 'no identity-based policy allows the appstream:DeleteImage action',
        },
      ],
      unused: [
        {
          role: 'arn:aws:iam::111122223333:role/app/updates',
          sid: 'Untag',
          action: 'appstream:UntagResource',
          resource: '*',
        },
      ],
    },
    invariants: invariants(),
    assumptions: ['A new image is visible after 3 seconds.', NASTY],
    cost: {
      total: 1236.5,
      groups: [
        { group: 'control plane', amount: 2 },
        { group: 'builders', amount: 1234.5 },
      ],
      controlPlanePerUpdatedItem: 1,
      lines: [
        {
          group: 'control plane',
          item: 'Step Functions',
          quantity: 80_000,
          unit: 'transitions',
          amount: 2,
        },
        {
          group: 'builders',
          item: 'AppStream image builders',
          quantity: 18.25,
          unit: 'hours',
          amount: 1234.5,
        },
      ],
    },
    estate: {
      account: '111122223333',
      appstream: {
        images: [
          { Name: 'hr-desktop', State: 'AVAILABLE', CreatedTime: '2025-11-03T10:00:00Z' },
          { Name: 'hr-2', State: 'AVAILABLE', CreatedTime: '2026-02-01T15:20:00Z' },
          { Name: 'finance-2', State: 'AVAILABLE', CreatedTime: '2025-12-28T15:20:00Z' },
          {
            Name: 'theirs',
            State: 'AVAILABLE',
            Visibility: 'SHARED',
            CreatedTime: '2020-01-01T00:00:00Z',
          },
        ],
      },
    },
    ...change,
  };
}
