import * as fs from 'node:fs';
import { Quiescence } from '../../../rehearsal/engine/quiescence';

const immediate = () => new Promise((resolve) => setImmediate(resolve));

/** Whether it settles soon. */
function isSettled(quiescence: Quiescence): Promise<boolean> {
  const timeout = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100));
  return Promise.race([quiescence.settled().then(() => true), timeout]);
}

describe('Quiescence', () => {
  it('is settled while nothing happens, and while the server holds a request', async () => {
    const quiescence = new Quiescence();
    expect(await isSettled(quiescence)).toBe(true);
    const sequence = quiescence.sent('invocation');
    quiescence.arrived(sequence, () => undefined);
    expect(await isSettled(quiescence)).toBe(true);
  });

  it('is not settled while a request, or its answer, is on the way', async () => {
    const quiescence = new Quiescence();
    const sequence = quiescence.sent('invocation');
    expect(await isSettled(quiescence)).toBe(false);
    quiescence.arrived(sequence, () => undefined);
    await quiescence.settled();
    expect(quiescence.answering(sequence)).toBe(true);
    expect(await isSettled(quiescence)).toBe(false);
    quiescence.closed(sequence);
    expect(await isSettled(quiescence)).toBe(true);
  });

  it('waits for nothing while no invocation is under way, but for all that the last one left', async () => {
    let dormant = true;
    const quiescence = new Quiescence({ isDormant: () => dormant });
    await quiescence.settled();
    /** Whether it settles before the event loop goes round. */
    const atOnce = async () => {
      let settled = false;
      const settling = quiescence.settled().then(() => (settled = true));
      for (let microtasks = 0; microtasks < 10; microtasks += 1) await Promise.resolve();
      const answer = settled;
      await settling;
      return answer;
    };
    expect(await atOnce()).toBe(true);
    dormant = false;
    expect(await atOnce()).toBe(false);
    dormant = true;
    expect(await atOnce()).toBe(false);
    expect(await atOnce()).toBe(true);
  });

  it('takes requests in by sequence, whatever the order of their arrival, and only when all are there', async () => {
    const quiescence = new Quiescence();
    const [first, second, third] = [1, 2, 3].map((n) => quiescence.sent(`invocation ${n}`));
    const accepted: string[] = [];
    const arrive = (sequence: number | undefined) =>
      quiescence.arrived(sequence!, () => accepted.push(quiescence.invocationOf(sequence!)!));
    arrive(third);
    arrive(first);
    expect(await isSettled(quiescence)).toBe(false);
    expect(accepted).toEqual([]);
    arrive(second);
    await quiescence.settled();
    expect(accepted).toEqual(['invocation 1', 'invocation 2', 'invocation 3']);
  });

  it('forgets a request that is given up before it is taken in, and never answers one', async () => {
    const quiescence = new Quiescence();
    const sequence = quiescence.sent('invocation');
    let accepted = false;
    quiescence.arrived(sequence, () => (accepted = true));
    quiescence.closed(sequence);
    await quiescence.settled();
    expect(accepted).toBe(false);
    expect(quiescence.answering(sequence)).toBe(false);
    expect(quiescence.invocationOf(sequence)).toBeUndefined();
  });

  it('does not take in what was given up because of a request before it', async () => {
    const quiescence = new Quiescence();
    const first = quiescence.sent('dies');
    const second = quiescence.sent('dies');
    const accepted: number[] = [];
    quiescence.arrived(first, () => {
      accepted.push(first);
      quiescence.closed(first);
      quiescence.closed(second);
    });
    quiescence.arrived(second, () => accepted.push(second));
    await quiescence.settled();
    expect(accepted).toEqual([first]);
  });

  it('refuses an answer to what was not accepted, and a second arrival', async () => {
    const quiescence = new Quiescence();
    const sequence = quiescence.sent('invocation');
    expect(() => quiescence.answering(sequence)).toThrow('is answered, but it is busy');
    quiescence.arrived(sequence, () => undefined);
    expect(() => quiescence.answering(sequence)).toThrow('is answered, but it is arrived');
    expect(() => quiescence.arrived(sequence, () => undefined)).toThrow('arrived twice');
  });

  it('waits for files, and for chains of immediates', async () => {
    const quiescence = new Quiescence();
    const log: string[] = [];
    void fs.promises.readFile(__filename).then(() => log.push('file'));
    void (async () => {
      for (let round = 0; round < 20; round += 1) await immediate();
      log.push('immediates');
    })();
    await quiescence.settled();
    expect(log.sort()).toEqual(['file', 'immediates']);
  });

  it('says what it waits for, when it is stuck', async () => {
    const quiescence = new Quiescence({ stuckAfterMilliseconds: 50 });
    quiescence.sent('the invocation');
    await expect(quiescence.settled()).rejects.toThrow(
      'The rehearsal is stuck: it has waited 0.05 s of real time for request 1 of invocation the invocation.',
    );
  });
});
