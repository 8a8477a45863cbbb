import { Cloud } from '../engine/cloud';
import { SeededRandom } from '../engine/random';
import type { Trace } from '../engine/trace';
import type { Estate } from '../estate';
import { services } from '../services';
import type { DeployedResource, Json } from '../services/service';
import type { WireAnswer, WireCall, WireService } from '../wire/server';

/** Services that the Lambda platform calls and no client: what they do needs the engine. */
const PLATFORM_SERVICES = ['lambda', 'logs'];

/** The caller of every call, in the trace. */
const USER = 'user';

/** An emulated account without an engine: nothing happens in it but what clients ask for, and what time brings. */
export class EmulatedAccount {
  /** The services that clients can talk to. */
  readonly services: readonly WireService[] = services.filter(
    ({ id }) => !PLATFORM_SERVICES.includes(id),
  );
  /** Everything that happened so far. */
  readonly trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  private readonly cloud: Cloud;
  private time: number;

  /**
   * @param estate the account at the start; its `capturedAt` is when time stands still first
   * @param resources what a program deployed, if any
   * @throws {InputError} where the estate does not fit the program
   */
  constructor(
    readonly estate: Estate,
    resources: readonly DeployedResource[],
  ) {
    const { account, region } = estate;
    this.time = Date.parse(estate.capturedAt);
    this.cloud = new Cloud({
      scope: { account, region, partition: 'aws', estate, resources },
      services,
      authorizer: { authorize: () => ({ allowed: true, reason: 'Everybody may do everything.' }) },
      trace: this.trace,
      now: () => this.time,
      // The same calls at the same times get the same answers, whenever and wherever they are made.
      random: new SeededRandom(1).next,
      nextFault: () => undefined,
      emit: ({ source, 'detail-type': detailType, detail }) =>
        this.trace.events.push({ at: this.nowText(), source, detailType, detail, rules: [] }),
    });
  }

  /** Virtual time, epoch milliseconds. */
  get now(): number {
    return this.time;
  }

  /** Lets time pass. Throws a RangeError beyond the year 275760, where JavaScript's dates end. */
  advance(seconds: number): void {
    const then = this.time + Math.round(seconds * 1000);
    if (!(then >= this.time) || Number.isNaN(new Date(then).getTime())) {
      throw new RangeError(`${seconds} seconds after ${this.nowText()} is no time`);
    }
    for (;;) {
      const next = this.cloud.nextAt();
      if (next === undefined || next > then) break;
      this.time = Math.max(this.time, next);
      this.cloud.act();
    }
    this.time = then;
  }

  /** Answers a call of a client, whoever it is. */
  answer({ service, operation, input }: WireCall): WireAnswer {
    const principal = { roleArn: USER };
    const answer = this.cloud.call({ service, operation, input, principal, caller: USER });
    return 'lost' in answer ? { drop: true } : answer;
  }

  /** The account as it is now, in the shape of an estate file. */
  toEstate(): Json {
    return this.cloud.toEstate();
  }

  private nowText(): string {
    return new Date(this.time).toISOString();
  }
}
