import type { Json } from '../services/service';

/** Replaced properties of shared objects, and what they were. */
export class Patches {
  private readonly undos: (() => void)[] = [];

  /** Replaces a value. */
  set(target: Json, key: string, value: unknown): void {
    const enumerable = Object.getOwnPropertyDescriptor(target, key)?.enumerable ?? true;
    this.define(target, key, { value, configurable: true, writable: true, enumerable });
  }

  /** Replaces a property. */
  define(target: Json, key: string, descriptor: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, descriptor);
    this.undos.push(() => {
      if (before === undefined) delete target[key];
      else Object.defineProperty(target, key, before);
    });
  }

  /** Puts everything back, the last first. */
  undo(): void {
    for (const undo of this.undos.splice(0).reverse()) undo();
  }
}
