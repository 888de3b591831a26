/** Finds an element of index.html. @throws Error where it is missing, as after half an update. */
export function find(selector: string): HTMLElement;
export function find<T extends HTMLElement>(selector: string, kind: new () => T): T;
export function find(selector: string, kind = HTMLElement): HTMLElement {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return element;
}
