import type { AttributeType, AttributeValue } from './values';

/** Where a value lies in an item: names of map members and indexes of list elements, never empty. */
export type Path = readonly (string | number)[];

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** What a condition compares. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly of: Operand };

/** What is true or false of an item: the tree of a condition, a key condition or a filter. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'between';
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: 'in'; readonly operand: Operand; readonly candidates: readonly Operand[] }
  | { readonly kind: 'attribute_exists' | 'attribute_not_exists'; readonly path: Path }
  | { readonly kind: 'attribute_type'; readonly operand: Operand; readonly type: AttributeType }
  | {
      readonly kind: 'begins_with' | 'contains';
      readonly operand: Operand;
      readonly argument: Operand;
    };

/** What `SET` writes. */
export type UpdateValue =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: '+' | '-'; readonly left: UpdateValue; readonly right: UpdateValue }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: UpdateValue }
  | { readonly kind: 'list_append'; readonly left: UpdateValue; readonly right: UpdateValue };

/** One step of an update expression. */
export type UpdateAction =
  | { readonly section: 'SET'; readonly path: Path; readonly value: UpdateValue }
  | { readonly section: 'REMOVE'; readonly path: Path }
  | { readonly section: 'ADD' | 'DELETE'; readonly path: Path; readonly value: AttributeValue };

/** A path as error messages show it: `[a, [0], b]`. */
export function showPath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}
