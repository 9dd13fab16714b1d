import { type InspectOptionsStylized, inspect } from 'node:util';

/** A property whose getter may be that of somebody's object, which throws. */
function ask(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name);
  } catch (error) {
    return error;
  }
}

/** What an object's getters give, those of its class first. */
function gettersOf(object: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  let prototype = Object.getPrototypeOf(object) as object;
  while (prototype !== Object.prototype) {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(prototype));
    for (const [name, property] of properties) {
      if ('get' in property) found[name] ??= ask(object, name);
    }
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return found;
}

/** What is being shown: it may lead to itself. */
const showing = new Set<object>();

/** For console.log: has it show what objects of a class, and of those that extend it, have in getters. */
export function showGetters({ prototype }: { readonly prototype: object }): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: object, depth: number, options: InspectOptionsStylized): string {
      const { name } = this.constructor;
      if (showing.has(this)) return options.stylize('[Circular]', 'special');
      if (depth < 0) return options.stylize(`[${name}]`, 'special');
      showing.add(this);
      try {
        return `${name} ${inspect({ ...this, ...gettersOf(this) }, { ...options, depth })}`;
      } finally {
        showing.delete(this);
      }
    },
  });
}
