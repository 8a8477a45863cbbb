import { renderHtml } from '../../../rehearsal/report/html';
import { renderTimeline } from '../../../rehearsal/report/timeline';
import { NASTY, sampleResult } from './sample';

const opsItem = {
  OpsItemId: 'oi-000000000001',
  Title: "CloudWatch alarm - 'rollout' is in ALARM state",
  Severity: '3',
  Category: 'Security',
  Status: 'Resolved',
  CreatedTime: '2026-02-11T07:30:00.000Z',
};
const plain = {
  OpsItemId: 'oi-000000000002',
  Title: NASTY,
  Severity: '1',
  Status: 'Open',
  CreatedTime: '2026-02-12T07:30:00.000Z',
};
const earlier = { ...plain, OpsItemId: 'oi-000000000003', CreatedTime: '2026-01-01T00:00:00Z' };
const result = sampleResult({ estate: { ssm: { opsItems: [opsItem, plain, earlier] } } });

test('the timeline tells of the OpsItems that were opened, and what they are at the end', () => {
  const told = renderTimeline(result)
    .split('\n')
    .filter((line) => line.includes('OpsItem'));
  expect(told[0]).toBe(
    "  2026-02-11 07:30  OpsItem oi-000000000001 (3, Security): CloudWatch alarm - 'rollout' is in ALARM state; Resolved at the end",
  );
  expect(told[1]).toMatch(
    /^ {2}2026-02-12 07:30 {2}OpsItem oi-000000000002 \(1\): .*; Open at the end$/,
  );
  expect(told).toHaveLength(2);
});

test('the page lists them, whatever they are called', () => {
  const page = renderHtml(result);
  expect(page).toContain('<h2>OpsItems</h2>');
  expect(page).toContain('oi-000000000001');
  expect(page).toContain('3, Security');
  expect(page).not.toContain('oi-000000000003');
  expect(page).not.toContain(NASTY);
});

test('where none was opened the page has no list of them', () => {
  expect(renderHtml(sampleResult({ estate: {} }))).not.toContain('OpsItem');
});
