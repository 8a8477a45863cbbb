import * as fs from 'node:fs';
import { readEstate } from '../../rehearsal/estate';
import { sweep, type SweepCase } from '../../rehearsal/sweep';
import { programOf } from './scenario-program';
import type { ScenarioInput, SweptFault } from './scenarios';

/** Sweeps one scenario: `sweep-scenario.ts <input.json> <output.json>`, for the reason that `rehearse-scenarios` has. */
async function main([input = '', output = '']: readonly string[]): Promise<void> {
  const { scenario, kinds } = JSON.parse(fs.readFileSync(input, 'utf8')) as {
    readonly scenario: ScenarioInput;
    readonly kinds: readonly string[];
  };
  const estate = readEstate(scenario.estate);
  const from = Date.parse(estate.capturedAt);
  const to = from + (scenario.days ?? 1) * 86_400_000;
  const { cases } = await sweep(
    { program: await programOf(scenario), estate, from, to, seed: scenario.seed ?? 1 },
    {
      processes: 2,
      isWanted: (one) => kinds.includes(one.kind) && matters(one),
      onProgress: () => undefined,
    },
  );
  const results = cases.map(({ site, occurrence, of, kind, faults, broken }): SweptFault => {
    const again = faults.at(-1)?.restartAfterSeconds === undefined ? '' : ' and started again';
    return {
      name: `${kind}${again} at ${site.operation} by ${site.caller} (${occurrence} of ${of})`,
      broken: broken.map(({ invariant, detail }) => `${invariant}: ${detail}`),
    };
  });
  fs.writeFileSync(output, JSON.stringify(results));
}

/** What a state does is its invocation; what a function reads changes nothing. */
function matters({ site: { caller, operation } }: SweepCase): boolean {
  return caller.startsWith('state:') || !/:(Describe|List|Get|Query)/.test(operation);
}

void main(process.argv.slice(2));
