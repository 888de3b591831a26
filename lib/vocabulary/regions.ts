import { excerpt, shortened } from '../base/excerpt';
import { isLoopbackHost } from '../base/this-machine';
import { AsrError } from './errors';

/**
 * Where recognition runs. `local` is the local service of this package, `custom` any address that speaks the same
 * protocols. A key belongs to one region (protocol.md A.1).
 */
export type Region = 'singapore' | 'beijing' | 'local' | 'custom';

export const REGIONS: readonly Region[] = ['singapore', 'beijing', 'local', 'custom'];

/** The vendor's own regions. */
const CLOUD_REGIONS = ['singapore', 'beijing'] as const satisfies readonly Region[];

type CloudRegion = (typeof CLOUD_REGIONS)[number];

/** Whether a region is one of the vendor's, which has workspaces, keys and an address of its own. */
export function isCloudRegion(region: string | undefined): region is CloudRegion {
  return CLOUD_REGIONS.some((one) => one === region);
}

/** The default port of `flow-asr service`, which the region `local` asks. */
export const LOCAL_SERVICE_PORT = 8791;

export interface EndpointOptions {
  /** Default `singapore`, or `custom` when only an `address` is given. */
  region?: Region;
  /** A Model Studio workspace (`ws-…`, `llm-…`), which has a host name of its own (protocol.md A.1). */
  workspaceId?: string;
  /**
   * `ws://` or `wss://` address, required for `custom` and optional for `local` (default: this machine). The path of
   * the vendor's samples, `/api-ws/v1/realtime?model=…` or `/api-ws/v1/inference`, may be part of it.
   */
  address?: string;
}

/** An address to connect to, and its name. */
export interface Endpoint {
  region: Region;
  /** `wss://host[:port][/prefix]` without a trailing slash and a query. The protocol appends its own path. */
  baseUrl: string;
  /**
   * The name for people, in errors and the `opened` event: `Singapore`, `Beijing, workspace ws-…`, or the address.
   */
  label: string;
  /** Whether a session needs an API key here. */
  needsApiKey: boolean;
}

const CLOUD = {
  singapore: { name: 'Singapore', host: 'dashscope-intl.aliyuncs.com', zone: 'ap-southeast-1' },
  beijing: { name: 'Beijing', host: 'dashscope.aliyuncs.com', zone: 'cn-beijing' },
} as const;

/**
 * Turns region, workspace and address into an endpoint.
 * @throws AsrError `INVALID_OPTION` with `param` `region`, `workspaceId` or `address`.
 */
export function resolveEndpoint(options: EndpointOptions): Endpoint {
  const region = options.region ?? (options.address ? 'custom' : 'singapore');
  // The id becomes part of a host name and of a header, so no other characters may slip in with it.
  if (options.workspaceId && !/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(options.workspaceId)) {
    throw new AsrError(
      'INVALID_OPTION',
      `Expected \`workspaceId\` to be letters, digits and dashes such as "ws-abc123", got ${excerpt(options.workspaceId)}.`,
      { param: 'workspaceId' },
    );
  }
  if (options.address && isCloudRegion(region)) {
    throw new AsrError(
      'INVALID_OPTION',
      `An \`address\` is for the regions local and custom; ${region} has its own.`,
      { param: 'address' },
    );
  }
  switch (region) {
    case 'singapore':
    case 'beijing':
      return cloudEndpoint(region, options.workspaceId);
    case 'local': {
      const baseUrl = parseAddress(options.address || `ws://127.0.0.1:${LOCAL_SERVICE_PORT}`);
      return { region, baseUrl, label: `local service at ${baseUrl}`, needsApiKey: false };
    }
    case 'custom': {
      if (!options.address) {
        throw new AsrError('INVALID_OPTION', 'Region "custom" needs an address such as wss://host.', {
          param: 'address',
        });
      }
      const baseUrl = parseAddress(options.address);
      return { region, baseUrl, label: baseUrl, needsApiKey: false };
    }
    default:
      throw new AsrError(
        'INVALID_OPTION',
        `Expected \`region\` to be one of ${REGIONS.join(', ')}, got ${excerpt(region)}.`,
        { param: 'region' },
      );
  }
}

function cloudEndpoint(region: CloudRegion, workspaceId: string | undefined): Endpoint {
  const { name, host, zone } = CLOUD[region];
  if (!workspaceId) return { region, baseUrl: `wss://${host}`, label: name, needsApiKey: true };
  return {
    region,
    baseUrl: `wss://${workspaceId}.${zone}.maas.aliyuncs.com`,
    label: `${name}, workspace ${workspaceId}`,
    needsApiKey: true,
  };
}

/** The path behind the host in the vendor's samples. Each protocol appends its own. */
const API_PATH = /\/api-ws\/v1(?:\/(?:realtime|inference))?\/*$/;

/** The base of an address as people copy it from the vendor's samples, with `https` and the model in it. */
function withoutApiPath(address: string): string {
  const [, scheme = '', rest = '', query = ''] =
    /^(wss?|https?)(:\/\/[^?#]*)(.*)$/i.exec(address.trim()) ?? [];
  // Any other query may carry a key and is refused below.
  if (!API_PATH.test(rest) || !/^(?:\?(?:model=[^&#]*)?)?$/.test(query)) return address;
  return scheme.toLowerCase().replace('http', 'ws') + rest.replace(API_PATH, '');
}

function parseAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(withoutApiPath(address));
  } catch (cause) {
    throw new AsrError(
      'INVALID_OPTION',
      'Expected `address` to be a URL such as wss://host or ws://127.0.0.1:8791.',
      { param: 'address', cause },
    );
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new AsrError(
      'INVALID_OPTION',
      `Expected \`address\` to start with ws:// or wss://, got ${shortened(url.protocol)}//.`,
      {
        param: 'address',
      },
    );
  }
  // Addresses are shown in errors and events. Secrets belong into the API key, which is never shown.
  if (url.username || url.password || url.search || url.hash) {
    throw new AsrError(
      'INVALID_OPTION',
      'The `address` must not carry a user name, a password, a query or a fragment; the API key has its own field.',
      { param: 'address' },
    );
  }
  return url.href.replace(/\/+$/, '');
}

/** Whether a WebSocket to this endpoint stays on this machine. */
export function isLoopback({ baseUrl }: Pick<Endpoint, 'baseUrl'>): boolean {
  return isLoopbackHost(new URL(baseUrl).hostname);
}

/** Whether nobody on the way to this address can read the traffic: it is encrypted, or stays on this machine. */
export function isPrivate(url: string): boolean {
  return url.startsWith('wss:') || isLoopback({ baseUrl: url });
}
