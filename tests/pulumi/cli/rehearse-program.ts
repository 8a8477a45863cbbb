import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadEstate } from '../../../rehearsal/estate';
import type { Program } from '../../../rehearsal/host/program';
import { rehearseProgram } from '../../../rehearsal/rehearse';

/**
 * Rehearses programs, in the sample estate from a time on: `rehearse-program.ts <programs.json> <from> <days>
 * <results.json>`. A process of its own, because virtual time needs the real globals, which jest hides.
 */
async function main([input = '', from = '', days = '', output = '']: readonly string[]) {
  const estate = loadEstate(
    path.join(__dirname, '..', '..', '..', 'rehearsal', 'estates', 'sample.yaml'),
  );
  const start = Date.parse(from);
  const scenario = {
    estate,
    faults: [],
    from: start,
    to: start + Number(days) * 86_400_000,
    seed: 1,
  };
  const results = [];
  for (const program of JSON.parse(fs.readFileSync(input, 'utf8')) as Program[]) {
    const { result } = await rehearseProgram(program, scenario, { write: () => undefined });
    results.push(result);
  }
  fs.writeFileSync(output, JSON.stringify(results));
}

void main(process.argv.slice(2));
