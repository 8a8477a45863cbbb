import { MOST_ROWS } from '../../../rehearsal/report/format';
import { renderHtml } from '../../../rehearsal/report/html';
import { renderTimeline } from '../../../rehearsal/report/timeline';
import { sampleResult } from './sample';

/** Ten thousand images, of which one in the middle failed. */
function large() {
  const [item] = sampleResult().items;
  const items = Array.from({ length: 10_000 }, (_, index) => ({
    ...item!,
    id: `image-${String(index).padStart(5, '0')}`,
    outcome: index === 5_000 ? 'failed' : 'updated',
  }));
  const images = items.map(({ id }) => ({
    Name: id,
    State: 'AVAILABLE',
    CreatedTime: '2026-02-01T00:00:00Z',
  }));
  return sampleResult({ items, estate: { appstream: { images } } });
}

test('the text shows so many of ten thousand items, the one that failed among them, and counts the others', () => {
  const lines = renderTimeline(large()).split('\n');
  const rest = /^ +and 9,800 more: 9,800 updated \(the JSON has all\)$/;
  expect(lines.filter((line) => rest.test(line))).toHaveLength(2);
  expect(lines.filter((line) => /image-\d{5}/.test(line))).toHaveLength(2 * MOST_ROWS);
  expect(lines.at(-4)).toMatch(/^ {2}failed {3}image-05000 /);
  expect(lines.at(-2)).toContain('10,000 items (9,999 updated, 1 failed)');
});

test('the page stays small: of each list and chart so many rows, and how many more there are', () => {
  const page = renderHtml(large());
  expect(page.length).toBeLessThan(1_000_000);
  // A label and a bar of the chart of the run; the list of items.
  expect(page.match(/image-05000/g)?.length).toBeGreaterThanOrEqual(2);
  expect(page.match(/<title>(updated|failed), 2026/g)).toHaveLength(MOST_ROWS);
  expect(page.match(/and 9,800 more: 9,800 updated \(the JSON has all\)/g)).toHaveLength(2);
  expect(page.match(/<title>image-\d{5}: created/g)).toHaveLength(MOST_ROWS);
  expect(page).toContain('and 9,800 more, which are younger');
});
