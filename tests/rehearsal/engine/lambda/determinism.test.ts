import * as path from 'node:path';
import { runScenarios } from './run-scenarios';

const FILE = path.join(__dirname, 'determinism.scenarios.ts');

describe('overlapping calls with retries', () => {
  const first = runScenarios(FILE);
  const second = runScenarios(FILE);

  it('has something to prove: calls are throttled, retried and overlap', () => {
    const [{ arrivals, results }] = first.memory;
    expect(results.map((result: { payload: number[] }) => result.payload.length)).toEqual([
      20, 20, 20,
    ]);
    expect(arrivals.length).toBeGreaterThan(80);
    expect(arrivals.filter((arrival: { at: number }) => arrival.at === 0)).toHaveLength(60);
  });

  it('happen in the same order and at the same times in five runs of one process', () => {
    for (const runs of Object.values<unknown[]>(first)) {
      for (const run of runs) expect(run).toEqual(runs[0]);
    }
  });

  it('happen in the same order and at the same times in two processes', () => {
    expect(second).toEqual(first);
  });

  it('do not depend on how the requests travel, nor on how long that takes', () => {
    expect(first.loopback).toEqual(first.memory);
    expect(first.noisy).toEqual(first.memory);
  });
});
