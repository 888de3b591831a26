import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { asNodeFault } from './errors';
import { Fields } from './fields';

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

/** Each item is a group of its own. @throws NodeOperationError for a name that is no text. */
export function itemByItem(context: IExecuteFunctions): SessionGroup[] {
  return context.getInputData().map((_item, itemIndex) => {
    const fields = new Fields((field) => context.getNodeParameter(field, itemIndex, ''));
    try {
      return { name: fields.text('sessionName'), items: [itemIndex] };
    } catch (error) {
      throw asNodeFault(context.getNode(), error, itemIndex);
    }
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
