import type { IDataObject } from 'n8n-workflow';

/** Plain data without what is not set: n8n keeps it as JSON. */
export function asData(value: object): IDataObject {
  return JSON.parse(JSON.stringify(value)) as IDataObject;
}
