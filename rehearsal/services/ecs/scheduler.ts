import type { Activity, Json } from '../service';
import { place, spotsFor, type Spot } from './placement';
import { sizeOfTask } from './sizes';
import {
  isDaemonService,
  isDaemon,
  isOnInstances,
  isWanted,
  liveTasks,
  tasksOf,
  type EcsState,
  type ServiceRecord,
  type TaskRecord,
} from './state';
import { newId, startTask, stopTask } from './task-life';

/** As AWS words it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
const NO_PLACE =
  'was unable to place a task because no container instance met all of its requirements.';
const NO_WAY =
  'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.';

/** "A maximum of 100 of the latest events are displayed" */
const MOST_EVENTS = 100;

/** The schedulers of all services have their turn. ECS keeps room for daemons, so these come first. */
export function scheduleServices(state: EcsState, activity: Activity): void {
  const services = Object.values(state.services).filter(isOnInstances);
  for (const service of services.filter(isDaemonService)) keepDaemons(state, service, activity);
  for (const service of services.filter((one) => !isDaemonService(one))) {
    keepReplicas(state, service, activity);
  }
}

/** How many tasks of a service are to run in any case, and how many may be there while some are replaced. */
export function boundsOf({ service }: ServiceRecord): {
  readonly minimum: number;
  readonly maximum: number;
} {
  const { minimumHealthyPercent = 100, maximumPercent = 200 } =
    service.deploymentConfiguration ?? {};
  return {
    minimum: Math.ceil((service.desiredCount * minimumHealthyPercent) / 100),
    maximum: Math.floor((service.desiredCount * maximumPercent) / 100),
  };
}

/** One task on every container instance; on one that is drained it stops after all others. */
function keepDaemons(state: EcsState, record: ServiceRecord, activity: Activity): void {
  const live = liveTasks(state);
  const isMine = ({ service }: TaskRecord) => service === record.service.serviceArn;
  for (const spot of spotsFor(state, record, live)) {
    if (!spot.tasks.some(isMine)) start(state, record, [spot], activity);
  }
  for (const [arn, tasks] of live) {
    if (state.containerInstances[arn]?.status !== 'DRAINING') continue;
    if (tasks.some((task) => !isDaemon(state, task))) continue;
    activity.uses('daemons');
    for (const task of tasks.filter(isMine).filter(isWanted)) stopForDrain(task, activity);
  }
}

/** As many tasks as desired, those of container instances that are drained replaced within the bounds. */
function keepReplicas(state: EcsState, record: ServiceRecord, activity: Activity): void {
  const desired: number = record.service.desiredCount;
  const { minimum, maximum } = boundsOf(record);
  const tasks = tasksOf(state, record.service.serviceArn);
  const isLeaving = ({ containerInstance }: TaskRecord) =>
    containerInstance !== undefined &&
    state.containerInstances[containerInstance]?.status === 'DRAINING';
  const wanted = tasks.filter(isWanted);
  const leaving = wanted.filter(isLeaving);
  const staying = wanted.filter((task) => !isLeaving(task));

  const surplus = inOrderOfStopping(staying).slice(0, Math.max(0, staying.length - desired));
  if (surplus.length > 0) activity.uses('scale-in-order');
  for (const task of surplus) {
    stopTask(task, 'ServiceSchedulerInitiated', 'Scaling activity initiated by service', activity);
  }
  for (const task of leaving.filter(({ status }) => status === 'PENDING')) {
    stopForDrain(task, activity);
  }
  let running = wanted.filter(({ status }) => status === 'RUNNING').length;
  for (const task of leaving.filter(({ status }) => status === 'RUNNING')) {
    if (running - 1 < minimum) break;
    activity.uses('drain-services');
    if ((record.service.loadBalancers ?? []).length > 0) activity.uses('load-balancers');
    stopForDrain(task, activity);
    running -= 1;
  }

  const room = maximum - tasks.filter(({ status }) => status !== 'STOPPED').length;
  const missing = desired - staying.length;
  for (let count = 0; count < missing; count += 1) {
    if (count >= room) {
      const stalls = wanted.every(({ status }) => status === 'RUNNING') && leaving.length > 0;
      if (stalls) tell(state, record, NO_WAY, activity);
      break;
    }
    if (!start(state, record, spotsFor(state, record, liveTasks(state)), activity)) break;
  }
}

/** Starts a task where there is a place for it; says so in the service's events where there is none. */
function start(
  state: EcsState,
  record: ServiceRecord,
  spots: readonly Spot[],
  activity: Activity,
): boolean {
  const size = sizeOfTask(state, record.service.taskDefinition);
  const spot = place(record, size, spots, activity);
  activity.uses('placement');
  activity.uses('no-rebalancing');
  if (spot === undefined) {
    tell(state, record, NO_PLACE, activity);
    return false;
  }
  startTask(state, record, spot.instance, size, activity);
  return true;
}

/** PENDING ones first, then the youngest. */
function inOrderOfStopping(tasks: readonly TaskRecord[]): TaskRecord[] {
  const rank = ({ status }: TaskRecord) => (status === 'PENDING' ? 0 : 1);
  return [...tasks].reverse().sort((one, other) => rank(one) - rank(other));
}

function stopForDrain(task: TaskRecord, activity: Activity): void {
  const reason = 'Service task is being stopped because its container instance is draining.';
  stopTask(task, 'ServiceSchedulerInitiated', reason, activity);
}

/** Tells in the service's events; not again what was told last. */
function tell(state: EcsState, record: ServiceRecord, what: string, { now }: Activity): void {
  const message = `(service ${record.service.serviceName}) ${what}`;
  const { events } = record;
  if (events[0]?.message === message) return;
  const event: Json = {
    id: newId(state, 'event', now),
    createdAt: new Date(now).toISOString(),
    message,
  };
  events.splice(0, events.length, event, ...events.slice(0, MOST_EVENTS - 1));
}
