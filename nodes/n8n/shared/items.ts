import type { IDataObject, IPairedItemData } from 'n8n-workflow';

/** Plain data without unset fields, because n8n keeps it as JSON. */
export function asData(value: object): IDataObject {
  return JSON.parse(JSON.stringify(value)) as IDataObject;
}

export type Pairing = IPairedItemData | IPairedItemData[];

/** Pairs a result with its items, so that n8n finds their common origin. */
export function pairing([first, ...others]: readonly [number, ...number[]]): Pairing {
  return others.length === 0 ? { item: first } : [first, ...others].map((item) => ({ item }));
}
