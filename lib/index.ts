/**
 * Streaming speech recognition over Alibaba Model Studio's real-time protocols. The library knows no host: the nodes
 * of Node-RED and n8n, the command line and your own program use the same client.
 */
export { AsrError } from './vocabulary/errors';
export type { AsrErrorCode, AsrErrorDetails } from './vocabulary/errors';
export type * from './vocabulary/events';
export { captionsOf, toSrt, toVtt } from './vocabulary/captions';
export type { Caption, CaptionOptions } from './vocabulary/captions';
export { DEFAULT_MODEL, MODELS, findModel } from './vocabulary/models';
export type { Model, ModelCapabilities, ParameterTable, SessionMode, WireFormat } from './vocabulary/models';
export { parameterFault } from './vocabulary/parameters';
export type {
  ContextTurn,
  ModelParameters,
  ParameterName,
  ParameterSpec,
  SpecialWordFilter,
  Vocabulary,
} from './vocabulary/parameters';
export type { OtherSettings } from './vocabulary/other-settings';
export { HotWordLists } from './hot-words/lists';
export type {
  HotWordListPage,
  HotWordListsOptions,
  HotWordRequestOptions,
  NewHotWordList,
} from './hot-words/lists';
export type { HotWordList, HotWordListInfo } from './hot-words/answer';
export { hotWordsToCsv, readHotWords } from './vocabulary/hot-words';
export type { HotWord } from './vocabulary/hot-words';
export { LOCAL_SERVICE_PORT, REGIONS, resolveEndpoint } from './vocabulary/regions';
export type { Endpoint, EndpointOptions, Region } from './vocabulary/regions';
export { decodeAudio, describeAudio } from './audio/decode';
export type { DecodeAudioOptions } from './audio/decode';
export type { AudioComplaint } from './audio/doctor';
export type { AudioChunk, AudioFormatHints, AudioInfo, SourceFormat } from './audio/format';
export { OngoingAudio } from './audio/ongoing';
export { readAudio } from './audio/source';
export type { AudioSource, ReadAudioOptions } from './audio/source';
export type { CommitResult, IdlePolicy, OverloadPolicy, Session, SessionOptions } from './session/options';
export { ConnectionPool } from './transport/connection-pool';
export type { ConnectionPoolOptions } from './transport/connection-bucket';
export { traceToFile } from './transport/trace-file';
export type { TraceFile, TraceFileOptions } from './transport/trace-file';
export type { ProxyChoice } from './base/proxy';
export type { Fetch, HttpRequest } from './base/http-request';
export type { TraceWriter } from './transport/trace';
export type { SessionLog } from './vocabulary/log';
export { openSession } from './session/session';
export { joinTexts } from './vocabulary/join-texts';
export { transcribe } from './session/transcribe';
export type { TranscribeOptions, Transcript } from './session/transcribe';
export type { VoiceGateOptions } from './session/voice-gate-config';
export type { Clock, Environment } from './transport/environment';
