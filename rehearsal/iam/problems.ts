import { InputError } from '../input-error';
import type { Json } from '../services/service';
import { PolicyError } from './pattern';
import { parsePolicy, type PolicyKind, type Statement } from './policy-document';

/** Collects what is wrong with the policies of a program, so that all of it is told at once. */
export class Problems {
  private readonly found: string[] = [];

  add(place: string, message: string): void {
    this.found.push(`${place}: ${message}`);
  }

  /** The statements of a document; none where it cannot be judged. */
  parse(place: string, source: Json, kind: PolicyKind, owner: string): readonly Statement[] {
    try {
      return parsePolicy(source, kind, owner);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      this.add(place, error.message);
      return [];
    }
  }

  /** @throws InputError where there are any */
  throwIfAny(): void {
    if (this.found.length > 0)
      throw new InputError('The IAM policies cannot be judged', this.found);
  }
}
