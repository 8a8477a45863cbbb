import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { loadEstate, type Estate } from '../rehearsal/estate';

/**
 * An account with so many images, all of them opted in and none of them fresh, and with room for all successors.
 * Updates take the time that AppStream takes; five run at a time, as AWS allows unless asked.
 */
export function estateOf(images: number): Estate {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    const file = path.join(folder, 'estate.json');
    fs.writeFileSync(file, JSON.stringify(describe(images)));
    return loadEstate(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function describe(images: number) {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: '2026-02-01T00:00:00Z',
    appstream: {
      images: Array.from({ length: images }, (_, index) => ({
        Name: `image-${String(index).padStart(5, '0')}`,
        CreatedTime: '2025-12-01T00:00:00Z',
        Tags: { AutoUpdate: 'Enabled' },
      })),
    },
    ses: {
      sandbox: false,
      identities: [
        { IdentityName: 'evergreen@example.com' },
        { IdentityName: 'platform-team@example.com' },
      ],
    },
    quotas: { 'appstream2:L-E1182CCA': 3 * images },
  };
}
