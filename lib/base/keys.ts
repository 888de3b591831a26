/**
 * The names of a table that is written in the code, with their types. TypeScript itself takes them for any text,
 * because an object may have more properties than its type.
 */
export function keysOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}

/** The rows of such a table. One that may be left out has a value where it is there. */
export function entriesOf<T extends object>(table: T): [keyof T & string, Required<T>[keyof T & string]][] {
  return Object.entries(table) as [keyof T & string, Required<T>[keyof T & string]][];
}

/** A table with a value for each name. */
export function tableOf<K extends string, V>(names: readonly K[], valueOf: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<K, V>;
}

/** Whether the table has a row of this name. */
export function isKeyOf<T extends object>(table: T, name: PropertyKey): name is keyof T {
  return Object.hasOwn(table, name);
}
