import type { IDataObject, IPairedItemData } from 'n8n-workflow';

/** Plain data without what is not set: n8n keeps it as JSON. */
export function asData(value: object): IDataObject {
  return JSON.parse(JSON.stringify(value)) as IDataObject;
}

export type Pairing = IPairedItemData | IPairedItemData[];

/** The items that a result is of; n8n finds their common origin. */
export function pairing([first, ...others]: readonly [number, ...number[]]): Pairing {
  return others.length === 0 ? { item: first } : [first, ...others].map((item) => ({ item }));
}
