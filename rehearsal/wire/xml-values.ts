import type { Json } from '../services/service';
import type { Shape } from './client-model';
import { isObject, memberPath } from './convert';
import { checkedScalar, strictOutput } from './output-check';
import { kindOf, membersOf, timestampFormat, writeTimestamp } from './shape';

/**
 * The members of an answer as XML elements, without an element around them, as both query protocols have it:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#xml-shape-serialization.
 * Throws for what the model does not have: a mistake of the emulation.
 */
export function writeXmlMembers(value: Json, shape: Shape, path = ''): string {
  if (!isObject(value)) return strictOutput.misfit(value, shape, path);
  const members = membersOf(shape);
  const known = new Set(members.map(([name]) => name));
  for (const key of Object.keys(value)) {
    if (!known.has(key) && value[key] !== undefined) strictOutput.unknown(key, shape, path);
  }
  return members
    .filter(([name]) => value[name] !== undefined && value[name] !== null)
    .map(([name, member]) => {
      const element = member.getMemberTraits().xmlName ?? name;
      return writeMember(value[name], member, element, memberPath(path, name));
    })
    .join('');
}

/** An element around content that is XML already. */
export function xmlElement(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Text as content of an element. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function writeMember(value: Json, shape: Shape, element: string, path: string): string {
  const flat = shape.getMergedTraits().xmlFlattened !== undefined;
  switch (kindOf(shape)) {
    case 'list':
      return flat
        ? writeItems(value, shape, element, path)
        : xmlElement(element, writeItems(value, shape, itemName(shape), path));
    case 'map':
      return flat
        ? writeEntries(value, shape, element, path)
        : xmlElement(element, writeEntries(value, shape, 'entry', path));
    default:
      return writeValue(value, shape, element, path);
  }
}

function writeValue(value: Json, shape: Shape, element: string, path: string): string {
  switch (kindOf(shape)) {
    case 'structure':
      return xmlElement(element, writeXmlMembers(value, shape, path));
    case 'list':
    case 'map':
      return writeMember(value, shape, element, path);
    default:
      return xmlElement(element, xmlText(scalarText(value, shape, path)));
  }
}

function writeItems(value: Json, shape: Shape, element: string, path: string): string {
  if (!Array.isArray(value)) return strictOutput.misfit(value, shape, path);
  const item = shape.getValueSchema();
  return value.map((each, index) => writeValue(each, item, element, `${path}[${index}]`)).join('');
}

function writeEntries(value: Json, shape: Shape, element: string, path: string): string {
  if (!isObject(value)) return strictOutput.misfit(value, shape, path);
  const values = shape.getValueSchema();
  const keyName = shape.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueName = values.getMergedTraits().xmlName ?? 'value';
  return Object.entries(value)
    .map(([key, each]) => {
      const written = writeValue(each, values, valueName, memberPath(path, key));
      return xmlElement(element, xmlElement(keyName, xmlText(key)) + written);
    })
    .join('');
}

function itemName(shape: Shape): string {
  return shape.getValueSchema().getMergedTraits().xmlName ?? 'member';
}

function scalarText(value: Json, shape: Shape, path: string): string {
  const checked = checkedScalar(value, shape, path);
  if (checked instanceof Date) {
    return String(writeTimestamp(checked, timestampFormat(shape, 'date-time')));
  }
  return checked instanceof Uint8Array ? Buffer.from(checked).toString('base64') : String(checked);
}
