/**
 * The second entry of the library: what the nodes and the command line of this package need beside the public face in
 * `index.ts`. It may change with any version, so the package's users do not see it.
 */
export { maybeBase64 } from './audio/audio-text';
export { bytesOf } from './audio/format';
export { asResponse, fetchVia } from './base/http-request';
export { removeStaleFiles } from './audio/temporary-file';
export { codeOf, errorOf, messageOf } from './base/error-details';
export { fieldsOf, isObject } from './base/json';
export { entriesOf, isKeyOf, keysOf, tableOf } from './base/keys';
export { Backoff } from './base/backoff';
export { excerpt, shortened } from './base/excerpt';
export { forgetOldest } from './base/forget-oldest';
export { Slots } from './base/slots';
export { Outage } from './base/outage';
export { checkConnection } from './check-connection';
export { HeldSession } from './held-session';
export type { CallEvent } from './live/calls/call-events';
export { CallMessages } from './live/calls/call-messages';
export { DEFAULT_HOT_WORD_PREFIX } from './hot-words/lists';
export { AudioLead } from './live/audio-lead';
export { feedSamples } from './live/feed-samples';
export { Following } from './live/following';
export { Lasting } from './live/lasting';
export type { Attempt } from './live/lasting';
export { Listening } from './live/listening';
export type { ListeningOptions } from './live/listening';
export { publicName } from './live/sources/address';
export { createSource, operatorFolders } from './live/sources/create-source';
export type { SourceSurroundings } from './live/sources/create-source';
export { isSourceKind, SOURCE_KINDS, sourceFields } from './live/sources/kinds';
export type { SourceField, SourceFieldName, SourceKindName } from './live/sources/kinds';
export { listMicrophones } from './live/sources/list-microphones';
export type { Microphone } from './live/sources/list-microphones';
export type { AudioFeed, LiveSource } from './live/sources/source';
export { watchStalls } from './live/sources/stall-watch';
export { configure, FIRST_CONNECT_TIMEOUT_MS, firstRate } from './session/config';
export { guardedConnect } from './transport/egress';
export type { EgressGuard } from './transport/egress';
export type { Cancel } from './transport/environment';
export { systemEnvironment } from './transport/system';
export { asAsrError } from './vocabulary/errors';
export { parseHotWords } from './vocabulary/hot-words';
export { languageOfTag } from './vocabulary/languages';
export { readOtherSettings } from './vocabulary/other-settings';
export { isCloudRegion } from './vocabulary/regions';
export { VAD_PARAMETERS } from './vocabulary/parameters';
export { isLoopback } from './vocabulary/regions';
