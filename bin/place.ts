import type { Region, SessionOptions } from '../lib';
import { isCloudRegion } from '../lib/hosts';
import { startLocalService } from '../local-service';
import { askSecret } from './cli/ask-secret';
import type { Screen } from './cli/screen';

/** The service that a command uses, with the key for it. */
export interface Place extends AsyncDisposable {
  options: SessionOptions;
}

/** The region of a key that comes without one, as everywhere in the library. */
const DEFAULT_REGION: Region = 'singapore';

export interface PlaceOptions {
  region?: string;
  address?: string;
  workspaceId?: string;
}

/** The note in the help of commands that use this module. */
export const PLACE_NOTES =
  'The API key comes from DASHSCOPE_API_KEY, with its workspace from DASHSCOPE_WORKSPACE_ID, or is asked for. Without a key, a region and an address, a local service is started for this one run.';

/**
 * Chooses the service: the one that was asked for, else the cloud if there is a key, else a local service for this
 * run.
 * @param screen Shows how much of the recogniser is there while it is fetched for the first time.
 */
export async function findService(asked: PlaceOptions, signal: AbortSignal, screen: Screen): Promise<Place> {
  if (!asked.region && !asked.address && !process.env.DASHSCOPE_API_KEY) {
    const service = await startLocalService({
      engine: 'recogniser',
      signal,
      progress: (share) => {
        showFetching(screen, share);
      },
    });
    return {
      options: { region: 'local', address: service.url },
      [Symbol.asyncDispose]: () => service.close(),
    };
  }
  return { options: await askedService(asked), [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** The region of the cloud that `findService` chooses; `undefined` for every other service. */
export function cloudRegionOf({ region, address }: PlaceOptions): string | undefined {
  if (region) return isCloudRegion(region) ? region : undefined;
  return !address && process.env.DASHSCOPE_API_KEY ? DEFAULT_REGION : undefined;
}

/** The service that was asked for, or the cloud, with the key from the environment or the terminal. */
export async function askedService(
  asked: PlaceOptions,
): Promise<Pick<SessionOptions, 'region' | 'address' | 'workspaceId' | 'apiKey'>> {
  const { region, address, workspaceId: askedWorkspace } = asked;
  let apiKey = process.env.DASHSCOPE_API_KEY;
  const isCloud = region ? isCloudRegion(region) : !address;
  // The vendor's SDKs do the same; a workspace belongs to the account of the key (protocol.md E 18).
  const workspaceId = askedWorkspace ?? (isCloud && apiKey ? process.env.DASHSCOPE_WORKSPACE_ID : undefined);
  if (isCloud && !apiKey && process.stdin.isTTY) apiKey = await askSecret('API key: ');
  return {
    ...(region && { region: region as Region }),
    ...(address && { address }),
    ...(workspaceId && { workspaceId }),
    // The local service needs none.
    ...(apiKey && region !== 'local' && { apiKey }),
  };
}

/** Shows how much of the recogniser has been fetched, which happens once. */
export function showFetching(screen: Screen, share: number): void {
  if (share < 1) screen.show('recogniser', `${Math.floor(share * 100)} % of the recogniser is here`, share);
  else screen.remove('recogniser');
}
