/**
 * An emulated AWS service: pure handlers over state that is plain JSON, so that a rehearsal can be saved,
 * resumed and compared byte for byte. A service knows nothing of HTTP, IAM or the clock's queue.
 */
export interface Service<State = unknown> {
  /** SigV4 signing name, which is also the name in traces: `appstream`, `dynamodb`, `sns`, `ses`. */
  readonly id: string;
  /** npm package of the SDK client whose schemas define the wire format. */
  readonly clientPackage: string;
  readonly protocol: Protocol;
  /** Prefix of IAM actions, where it differs from `id`. */
  readonly iamPrefix?: string;
  /** What this emulation does, each with its AWS source or the word `assumed`. */
  readonly behaviours: readonly Behaviour[];
  /** The state at the start: what the estate holds and what the program deploys. Must be plain JSON. */
  createState(scope: Scope): State;
  /** Operations by AWS name, such as `DescribeImages`. Any other is answered with a loud `NotImplemented`. */
  readonly operations: Readonly<Record<string, Operation<State>>>;
  /** Writes the state back into estate form; the result is merged over the input estate. */
  toEstate(state: State, now: number, scope: Scope): Record<string, unknown>;
  /**
   * When the service next does something by itself, epoch milliseconds: an instance boots, a task moves on. Where
   * nothing is under way it says so: a service that always has something to do never lets a rehearsal settle.
   *
   * @default never
   */
  nextAt?(state: State, view: View): number | undefined;
  /** Does what is due by `activity.now`. Nobody calls, so nothing is judged, traced or faulted. */
  act?(state: State, activity: Activity): void;
  /**
   * Takes a data point that any service publishes, and says whether `nextAt` may have changed by it.
   *
   * @default it takes none
   */
  receive?(state: State, metric: Metric, view: View): boolean;
  /** What the service itself used at AWS's expense to the account, beyond its calls. @default nothing */
  usage?(state: State, now: number): readonly Usage[];
}

/** Something that AWS bills. */
export interface Usage {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  /** US dollars for one unit. */
  readonly price: number;
  /** @default control plane */
  readonly group?: 'control plane' | 'builders';
}

export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'ec2' | 'rest-json';

export interface Behaviour {
  readonly id: string;
  readonly text: string;
  /** URL or document of the fact, or `assumed`. */
  readonly source: string;
}

export interface Operation<State> {
  /**
   * What the caller must be allowed to do. Most calls need one action on one resource.
   *
   * @param view of the other services, which the engine always gives: a launch template of EC2 passes a role
   */
  authorize(input: Json, state: State, scope: Scope, view?: View): readonly AccessRequest[];
  /** Answers in the shape of the SDK's output (timestamps as `Date`). Throws `AwsError` as AWS would. */
  handle(input: Json, state: State, call: Call): Json;
  /** Whether the call changes the account. Used by the checker and by plan mode. */
  readonly mutates: boolean;
}

export interface AccessRequest {
  readonly action: string;
  /** ARN, or `*` where AWS offers no resource-level permission. */
  readonly resource: string;
  /** Condition keys that AWS would set for this call, lower-cased names, such as `aws:requesttag/owner`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a service may look at. */
export interface View {
  /** Virtual time, epoch milliseconds. */
  readonly now: number;
  readonly scope: Scope;
  /**
   * The state of another service, by id: AWS's services use each other, as Auto Scaling does EC2. It is changed only
   * through functions that the other service exports. Throws where there is no such service.
   */
  readonly peer: <State>(id: string) => State;
}

/** What a service may do, on a call or by itself. */
export interface Activity extends View {
  /** Seeded, uniform in [0, 1). */
  readonly random: () => number;
  /** Notes that a behaviour of the table was used; assumed ones are listed in the report. */
  readonly uses: (behaviourId: string) => void;
  /** Publishes an event on the account's default bus. */
  readonly emit: (event: BusEvent) => void;
  /** Publishes a data point, as AWS does to CloudWatch: kept in the trace. Only where the value changed. */
  readonly measure: (metric: Metric) => void;
}

/** Everything that a handler may know of the call at hand. */
export interface Call extends Activity {
  /** Who made the call, as in the trace: `function:<name>`, `schedule:<name>`, ... */
  readonly caller: string;
  /** ARN of the role session that calls. */
  readonly principal: string;
}

/** A data point of a CloudWatch metric, such as `GroupInServiceInstances` of a group. */
export interface Metric {
  /** `AWS/AutoScaling`. */
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was so, ISO 8601. @default now */
  readonly at?: string;
}

/** What is the same for the whole rehearsal. */
export interface Scope {
  readonly account: string;
  readonly region: string;
  readonly partition: 'aws';
  /** The estate as read from its file, validated. */
  readonly estate: Json;
  /** What the program deployed. */
  readonly resources: readonly DeployedResource[];
}

export interface DeployedResource {
  readonly urn: string;
  /** Pulumi type token, `aws:sns/topic:Topic`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Json;
  /** Inputs and computed outputs (`arn`, `id`, generated `name`). */
  readonly outputs: Json;
}

export interface BusEvent {
  /** @default the next that the bus gives */
  readonly id?: string;
  /** ISO 8601, in whole seconds. @default now */
  readonly time?: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: Json;
}

// Values that come from files, wires and Pulumi inputs: their shape is known to the schemas, not to TypeScript.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** An error that AWS would return: `code` is what clients match. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Further modelled members, such as `CancellationReasons`. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'AwsError';
  }
}
