import type { Json, Metric } from './service';

/**
 * The data points in a line of a log that is in CloudWatch's embedded metric format; none in any other line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @throws where the line does not keep to the format: AWS would say nothing, and have no data points
 */
export function embeddedMetrics(line: string): readonly Metric[] {
  const directives = directivesOf(line);
  if (directives === undefined) return [];
  const { root, timestamp } = directives;
  const refuse = (problem: string): never => {
    throw new Error(`A log line in embedded metric format ${problem}: ${line}`);
  };
  if (typeof timestamp !== 'number') refuse('has no Timestamp');
  return directives.list.flatMap(({ Namespace, Dimensions, Metrics }: Json) => {
    if (typeof Namespace !== 'string') refuse('has no Namespace');
    return (Dimensions as string[][]).flatMap((names) =>
      (Metrics as Json[]).flatMap(({ Name, StorageResolution = 60 }) => {
        if (StorageResolution !== 60) refuse('has a StorageResolution that is not emulated');
        const dimensions = Object.fromEntries(
          names.map((name) =>
            typeof root[name] === 'string' ? [name, root[name]] : refuse(`lacks ${name}`),
          ),
        );
        const values: readonly unknown[] = [root[Name]].flat();
        return values.map((value) => ({
          namespace: Namespace,
          name: Name,
          dimensions,
          value: typeof value === 'number' ? value : refuse(`has no number ${Name}`),
          at: new Date(timestamp).toISOString(),
        }));
      }),
    );
  });
}

function directivesOf(
  line: string,
): { readonly root: Json; readonly timestamp: Json; readonly list: readonly Json[] } | undefined {
  // Most lines are not: they need not be read.
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return undefined;
  let root: Json;
  try {
    root = JSON.parse(line);
  } catch {
    return undefined;
  }
  const list: Json = root._aws?.CloudWatchMetrics;
  return Array.isArray(list) ? { root, timestamp: root._aws.Timestamp, list } : undefined;
}
