import type { ContainerInstance, ECS, Task } from '@aws-sdk/client-ecs';

export function createEcs(): ECS {
  const { ECS } = require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  return new ECS({ retryMode: 'adaptive', maxAttempts: 8 });
}

/** The container instances of a cluster that are not on their way out, by the id of their EC2 instance. */
export async function readContainerInstances(
  ecs: Pick<ECS, 'listContainerInstances' | 'describeContainerInstances'>,
  cluster: string,
): Promise<ReadonlyMap<string, ContainerInstance>> {
  const found = new Map<string, ContainerInstance>();
  let token: string | undefined;
  do {
    const page = await ecs.listContainerInstances({
      cluster,
      maxResults: 100,
      ...(token === undefined ? {} : { nextToken: token }),
    });
    const arns = page.containerInstanceArns ?? [];
    if (arns.length > 0) {
      const answer = await ecs.describeContainerInstances({ cluster, containerInstances: arns });
      for (const instance of answer.containerInstances ?? []) {
        if (instance.ec2InstanceId !== undefined) found.set(instance.ec2InstanceId, instance);
      }
    }
    token = page.nextToken;
  } while (token !== undefined);
  return found;
}

/** Tasks on these container instances that belong to no service: draining neither stops nor replaces them. */
export async function readStandaloneTasks(
  ecs: Pick<ECS, 'listTasks' | 'describeTasks'>,
  cluster: string,
  instances: readonly string[],
): Promise<Task[]> {
  const standalone: Task[] = [];
  for (const containerInstance of instances) {
    let token: string | undefined;
    do {
      const page = await ecs.listTasks({
        cluster,
        containerInstance,
        maxResults: 100,
        ...(token === undefined ? {} : { nextToken: token }),
      });
      const tasks = page.taskArns ?? [];
      if (tasks.length > 0) {
        const answer = await ecs.describeTasks({ cluster, tasks });
        const isService = ({ group }: Task) => group?.startsWith('service:') === true;
        standalone.push(...(answer.tasks ?? []).filter((task) => !isService(task)));
      }
      token = page.nextToken;
    } while (token !== undefined);
  }
  return standalone;
}

/** Sets the state of container instances; those that are gone by now are passed over. */
export async function setState(
  ecs: Pick<ECS, 'updateContainerInstancesState'>,
  cluster: string,
  arns: readonly string[],
  status: 'ACTIVE' | 'DRAINING',
): Promise<void> {
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
  for (let first = 0; first < arns.length; first += 10) {
    await ecs.updateContainerInstancesState({
      cluster,
      containerInstances: arns.slice(first, first + 10),
      status,
    });
  }
}
