import type { Json } from '../services/service';
export function validateDefinition(_definition: Json): string[] {
  return [];
}
