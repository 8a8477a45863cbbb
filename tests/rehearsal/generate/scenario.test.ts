import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { loadEstate } from '../../../rehearsal/estate';
import { loadFaults } from '../../../rehearsal/faults';
import { writeScenario } from '../../../rehearsal/generate/examine';
import { nameOf } from '../../../rehearsal/generate/names';
import { scenarios } from '../../../rehearsal/generate/scenario';
import type { Json } from '../../../rehearsal/services/service';

const sample = fc.sample(scenarios(), { seed: 7, numRuns: 400 });
const images = sample.flatMap(({ estate }): Json[] => estate.appstream.images);

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scenario-test-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('generated scenarios', () => {
  it('are files that the rehearsal takes, and say the same after they were written', () => {
    for (const [index, scenario] of sample.slice(0, 150).entries()) {
      const files = writeScenario(scenario, path.join(folder, String(index)));
      expect(loadEstate(files.estate)).toMatchObject({
        capturedAt: scenario.estate.capturedAt,
        quotas: scenario.estate.quotas,
        outcomes: scenario.estate.outcomes,
        appstream: { images: scenario.estate.appstream.images },
      });
      const faults = files.faults === undefined ? [] : loadFaults(files.faults);
      expect(faults).toEqual(scenario.faults);
    }
  });

  it('are the same for the same seed, and different for another', () => {
    const texts = [1, 1, 2].map((seed) => JSON.stringify(fc.sample(scenarios(), { seed })));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  it.each<[string, (image: Json) => boolean]>([
    ['a name of one character', ({ Name }) => Name.length === 1],
    ['a successor of 100 characters', (image) => successorLength(image) === 100],
    ['a successor of one character too many', (image) => successorLength(image) === 101],
    ['50 tags', ({ Tags = {} }) => Object.keys(Tags).length === 50],
    ['a tag of AWS', ({ Tags = {} }) => 'aws:cloudformation:stack-name' in Tags],
    ['a tag that is no ASCII', ({ Tags = {} }) => /[^ -~]/.test(JSON.stringify(Tags))],
    ['a successor that a crash left behind', ({ State }) => State === 'CREATING'],
    ['a failed successor', ({ State }) => State === 'FAILED'],
    ['an earlier version', ({ Tags }) => Tags?.AutoUpdate === 'Completed' && Tags.NextVersion],
    ['an image that is shared', ({ SharedImagePermissionsList }) => SharedImagePermissionsList],
    ['an image that another account shares', ({ Visibility }) => Visibility === 'SHARED'],
    ['nothing newer', ({ canUpdateImage }) => canUpdateImage === false],
    ['no opt-in', ({ Tags }) => Tags?.AutoUpdate === undefined],
  ])('hold %s somewhere', (_, holds) => {
    expect(images.some(holds)).toBe(true);
  });

  it('hold lineages with the same BaseName, in one account', () => {
    const clash = sample.some(({ estate }) => {
      const heads = estate.appstream.images.filter(
        ({ Tags }: Json) =>
          Tags?.AutoUpdate === 'Enabled' && Tags['evergreen:source'] === undefined,
      );
      return heads.filter(({ Tags }: Json) => Tags.BaseName === 'office').length > 1;
    });
    expect(clash).toBe(true);
  });

  it.each<[string, (scenario: (typeof sample)[number]) => boolean]>([
    ['nothing', ({ estate }) => estate.appstream.images.length === 0],
    ['more images than one page shows', ({ estate }) => estate.appstream.images.length > 25],
    ['more images than one run takes', ({ estate }) => estate.appstream.images.length > 50],
    ['a sandbox', ({ estate }) => estate.ses.sandbox],
    ['a sender that is not verified', ({ estate }) => !isVerified(estate, 'evergreen@example.com')],
    ['the smallest quota', ({ estate }) => estate.quotas['appstream2:L-9B6418E0'] === 1],
    ['few images allowed', ({ estate }) => estate.quotas['appstream2:L-E1182CCA'] < 12],
    [
      'updates of more than a day',
      ({ estate }) => estate.durations?.appstream.updateImage?.hours > 24,
    ],
    ['an update that is incompatible', ({ estate }) => has(estate.outcomes, 'INCOMPATIBLE')],
    ['an update that fails', ({ estate }) => has(estate.outcomes, 'FAILED')],
    ['a release of base images', ({ estate }) => estate.events.length > 0],
    ['no fault', ({ faults }) => faults.length === 0],
    ['a kill', ({ faults }) => faults[0]?.kind === 'killExecution'],
    ['a lost answer', ({ faults }) => faults[0]?.kind === 'lostAnswer'],
  ])('have %s somewhere', (_, holds) => {
    expect(sample.some(holds)).toBe(true);
  });
});

describe('generated names', () => {
  it('are unique in an account, whatever their styles and lengths', () => {
    const styles = ['plain', 'dotted', 'prefix', 'digit', 'capital'] as const;
    const lengths = [1, 2, 7, 40, 80, 81, 82, 99, 100];
    const names = styles.flatMap((style) =>
      lengths.flatMap((length) =>
        Array.from({ length: 200 }, (_, position) => [
          `${position}`,
          nameOf({ style, length }, position),
        ]),
      ),
    );
    const positions = new Map<string, string>();
    for (const [position = '', name = ''] of names) {
      expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/);
      expect([name, positions.get(name) ?? position]).toEqual([name, position]);
      positions.set(name, position);
    }
  });
});

/** How long the name of an image's successor would be. */
function successorLength({ Name, Tags = {} }: Json): number {
  const base: string = Tags.BaseName ?? Name;
  return Tags.AutoUpdate === 'Enabled' ? `${base}-Updated-20260201-1`.length : 0;
}

function isVerified(estate: Json, address: string): boolean {
  return estate.ses.identities.some(
    ({ IdentityName, VerificationStatus = 'SUCCESS' }: Json) =>
      IdentityName === address && VerificationStatus === 'SUCCESS',
  );
}

function has(outcomes: readonly Json[], result: string): boolean {
  return outcomes.some((outcome) => outcome.result === result);
}
