import type { Examination } from '../../../rehearsal/generate/examine';
import { hunt } from '../../../rehearsal/generate/hunt';
import type { GeneratedScenario } from '../../../rehearsal/generate/scenario';
import type { Program } from '../../../rehearsal/host/program';
import type { Json } from '../../../rehearsal/services/service';

const program: Program = { project: 'p', stack: 's', resources: [], outputs: {}, warnings: [] };
const limits = { days: 31, patience: 60_000 };

/** A judge that takes no time, and remembers what it was shown. */
function judgeBy(problemsOf: (scenario: GeneratedScenario) => readonly string[]) {
  const shown: GeneratedScenario[] = [];
  const judge = async (_: Program, scenario: GeneratedScenario): Promise<Examination> => {
    shown.push(scenario);
    return { problems: problemsOf(scenario), updates: 0 };
  };
  return { judge, shown };
}

const outcomes = ({ estate }: GeneratedScenario): Json[] => estate.appstream.images;
const isShared = ({ SharedImagePermissionsList }: Json) => SharedImagePermissionsList !== undefined;

/** The first seed whose scenario has what is looked for. */
async function seedOf(holds: (scenario: GeneratedScenario) => boolean): Promise<number> {
  for (let seed = 1; seed < 500; seed += 1) {
    const { judge } = judgeBy(() => []);
    if (holds((await hunt(program, seed, limits, judge)).scenario)) return seed;
  }
  throw new Error('No seed up to 500 generates this.');
}

describe('a hunt', () => {
  it('rehearses the scenario of its seed once where nothing is wrong', async () => {
    const { judge, shown } = judgeBy(() => []);
    const { scenario, problems, shrinks } = await hunt(program, 3, limits, judge);
    expect(shown).toEqual([scenario]);
    expect([problems, shrinks]).toEqual([[], 0]);
  });

  it('shrinks a failure to the one image that it takes, and nothing else', async () => {
    const seed = await seedOf(
      (scenario) => outcomes(scenario).length > 8 && outcomes(scenario).some(isShared),
    );
    const { judge } = judgeBy((scenario) =>
      outcomes(scenario).some(isShared) ? ['invariant 1 (x): broken'] : [],
    );
    const found = await hunt(program, seed, limits, judge);
    expect(found.problems).toEqual(['invariant 1 (x): broken']);
    expect(found.shrinks).toBeGreaterThan(0);
    expect(found.scenario.faults).toEqual([]);
    expect(outcomes(found.scenario)).toEqual([
      {
        Name: 'a',
        Platform: 'WINDOWS_SERVER_2022',
        CreatedTime: expect.any(String),
        ImageSharedWithOthers: 'TRUE',
        SharedImagePermissionsList: [{ sharedAccountId: '777788889999' }],
        Tags: { AutoUpdate: 'Enabled' },
      },
    ]);
  });

  it('does not take another failure for the one that it found', async () => {
    const seed = await seedOf((scenario) => outcomes(scenario).length > 8);
    const { judge } = judgeBy((scenario) =>
      outcomes(scenario).length > 3 ? ['invariant 1 (x): a'] : ['invariant 5 (y): b'],
    );
    const found = await hunt(program, seed, limits, judge);
    expect(found.problems).toEqual(['invariant 1 (x): a']);
    expect(outcomes(found.scenario)).toHaveLength(4);
  });

  it('keeps the smallest that it found when its patience ends', async () => {
    const seed = await seedOf((scenario) => outcomes(scenario).length > 8);
    const { judge, shown } = judgeBy(() => ['invariant 1 (x): broken']);
    const found = await hunt(program, seed, { ...limits, patience: -1 }, judge);
    expect(shown).toEqual([found.scenario]);
    expect(found.problems).toEqual(['invariant 1 (x): broken']);
  });
});
