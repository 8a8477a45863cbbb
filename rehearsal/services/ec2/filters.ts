import { AwsError, type Json } from '../service';
import { notImplemented } from './operation';

/** The values that a resource has for each filter, by the filter's name; `tag:<key>` and `tag-key` need no entry. */
export type FilterTable<Resource> = Readonly<Record<string, (resource: Resource) => unknown>>;

/**
 * The resources that pass all filters. Of a filter one value must fit: they are case-sensitive, `*` stands for any
 * text, `?` for any character, and a backslash takes the meaning from what follows:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 *
 * @param tagsOf the tags of a resource, as described
 * @throws {AwsError} InvalidParameterValue for a filter without values; NotImplemented
 */
export function filtered<Resource>(
  operation: string,
  resources: readonly Resource[],
  filters: readonly Json[] | undefined,
  table: FilterTable<Resource>,
  tagsOf: (resource: Resource) => readonly Json[] | undefined,
): readonly Resource[] {
  const tests = (filters ?? []).map(({ Name, Values }) => {
    if (Name === undefined || Values === undefined || Values.length === 0) {
      throw new AwsError('InvalidParameterValue', `The filter '${Name}' has no values.`);
    }
    const values = valuesFor(operation, Name, table, tagsOf);
    const patterns = (Values as string[]).map(pattern);
    return (resource: Resource) =>
      values(resource).some((value) => patterns.some((fits) => fits.test(value)));
  });
  return tests.length === 0
    ? resources
    : resources.filter((resource) => tests.every((passes) => passes(resource)));
}

function valuesFor<Resource>(
  operation: string,
  name: string,
  table: FilterTable<Resource>,
  tagsOf: (resource: Resource) => readonly Json[] | undefined,
): (resource: Resource) => readonly string[] {
  if (name === 'tag-key') return (resource) => (tagsOf(resource) ?? []).map(({ Key }) => Key);
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource) =>
      (tagsOf(resource) ?? []).filter(({ Key }) => Key === key).map(({ Value }) => Value ?? '');
  }
  const values = Object.hasOwn(table, name) ? table[name] : undefined;
  if (values === undefined) throw notImplemented(`the filter ${name} of ec2:${operation}`);
  return (resource) => {
    const found = values(resource);
    const all = Array.isArray(found) ? found : [found];
    return all.filter((value) => value !== undefined).map(String);
  };
}

function pattern(value: string): RegExp {
  const source = value.replace(/\\([\s\S])|([*?])|[.+^${}()|[\]\\]/g, (text, escaped, wildcard) => {
    if (wildcard !== undefined) return wildcard === '*' ? '.*' : '.';
    return (escaped ?? text).replace(/[.*+?^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
