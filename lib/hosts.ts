/**
 * The second entry of the library: what the nodes and the command line of this package need beside the public face in
 * `index.ts`. It may change with any version, so the package's users do not see it.
 */
export { maybeBase64 } from './audio/audio-text';
export { bytesOf } from './audio/format';
export { asResponse, fetchVia } from './audio/http-request';
export { removeStaleFiles } from './audio/temporary-file';
export { Backoff } from './base/backoff';
export { excerpt, shortened } from './base/excerpt';
export { forgetOldest } from './base/forget-oldest';
export { Slots } from './base/slots';
export { Outage } from './base/outage';
export { checkConnection } from './check-connection';
export { HeldSession } from './held-session';
export { Listening } from './live/listening';
export type { ListeningOptions } from './live/listening';
export { ffmpegSource } from './live/sources/ffmpeg';
export { httpSource } from './live/sources/http';
export type { LiveSource } from './live/sources/source';
export { tcpSource } from './live/sources/tcp';
export { udpSource } from './live/sources/udp';
export { webSocketSource } from './live/sources/websocket';
export { configure, FIRST_CONNECT_TIMEOUT_MS, firstRate } from './session/config';
export { guardedConnect } from './transport/egress';
export type { EgressGuard } from './transport/egress';
export type { Cancel } from './transport/environment';
export { systemEnvironment } from './transport/system';
export { asAsrError } from './vocabulary/errors';
export { parseHotWords } from './vocabulary/hot-words';
export { languageOfTag } from './vocabulary/languages';
export { isCloudRegion } from './vocabulary/regions';
export { VAD_PARAMETERS } from './vocabulary/parameters';
export { isLoopback } from './vocabulary/regions';
