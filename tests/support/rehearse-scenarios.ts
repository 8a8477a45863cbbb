import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadEstate } from '../../rehearsal/estate';
import { loadFaults } from '../../rehearsal/faults';
import { rehearseProgram } from '../../rehearsal/rehearse';
import type { Json } from '../../rehearsal/services/service';
import { programOf } from './scenario-program';
import type { ScenarioInput } from './scenarios';

/**
 * Rehearses this project's program in several scenarios: `rehearse-scenarios.ts <input.json> <output.json>`; leaves
 * files beside the input. A process of its own, because virtual time needs the real globals, which jest hides.
 */
async function main([input = '', output = '']: readonly string[]): Promise<void> {
  const scenarios = JSON.parse(fs.readFileSync(input, 'utf8')) as ScenarioInput[];
  const folder = path.dirname(input);
  const results: Json[] = [];
  for (const scenario of scenarios) {
    const estate = loadEstate(
      scenario.estateFile ?? write(path.join(folder, 'estate.json'), scenario.estate),
    );
    const faults = write(path.join(folder, 'faults.json'), { faults: scenario.faults ?? [] });
    const from = Date.parse(estate.capturedAt);
    const { result } = await rehearseProgram(
      await programOf(scenario),
      {
        estate,
        faults: loadFaults(faults),
        from,
        to: from + (scenario.days ?? 5) * 86_400_000,
        seed: scenario.seed ?? 1,
      },
      { write: () => undefined },
    );
    results.push(result);
  }
  fs.writeFileSync(output, JSON.stringify(results));
}

function write(file: string, value: unknown): string {
  fs.writeFileSync(file, JSON.stringify(value));
  return file;
}

void main(process.argv.slice(2));
