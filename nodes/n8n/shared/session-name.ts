import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The field by which the nodes of an execution refer to the same session. */
export const SESSION_NAME_PROPERTY: INodeProperties = {
  displayName: 'Session Name',
  name: 'sessionName',
  type: 'string',
  required: true,
  default: 'main',
  description: 'Nodes of one execution that have the same name here share a session',
};

/** Input items of the same session. */
export interface SessionGroup {
  name: string;
  items: readonly [number, ...number[]];
}

/** Each item is a group of its own. */
export function itemByItem(context: IExecuteFunctions): SessionGroup[] {
  return context.getInputData().map((_item, itemIndex) => {
    const name: unknown = context.getNodeParameter('sessionName', itemIndex, 'main');
    return { name: String(name).trim(), items: [itemIndex] };
  });
}

/**
 * Groups all items of a session, in the order of their first items: a commit is for the session and not for the item.
 */
export function itemsBySession(context: IExecuteFunctions): SessionGroup[] {
  const groups = new Map<string, SessionGroup>();
  for (const { name, items } of itemByItem(context)) {
    const [first, ...others] = groups.get(name)?.items ?? [];
    groups.set(name, { name, items: first === undefined ? items : [first, ...others, ...items] });
  }
  return [...groups.values()];
}
