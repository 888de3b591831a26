import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { isCloudRegion } from '../../lib/hosts';
import type { Region, SessionOptions } from '../../lib';

/** The name of the credentials class beside this file. */
export const CREDENTIALS = 'realtimeAsrApi';

/** The session options that say where to connect, and with which key. */
export type ConnectionSettings = Pick<SessionOptions, 'workspaceId' | 'address' | 'apiKey'> & {
  region: Region;
};

/** The session options for stored credentials. A field that only belongs to another region is ignored. */
export function connectionOf(credentials: ICredentialDataDecryptedObject): ConnectionSettings {
  const text = (name: string): string => {
    const value = credentials[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const region = (text('region') || 'singapore') as Region;
  const isCloud = isCloudRegion(region);
  const workspaceId = text('workspaceId');
  const address = text('address');
  const apiKey = text('apiKey');
  return {
    region,
    ...(isCloud && workspaceId && { workspaceId }),
    ...(!isCloud && address && { address }),
    ...(apiKey && { apiKey }),
  };
}
