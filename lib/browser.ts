/**
 * The entry for code that runs in a browser: the editor's dialogs and the microphone's page are bundled with it.
 * Nothing behind it needs Node.js.
 */
export { messageOf } from './base/error-details';
export { fieldsOf, isObject } from './base/json';
export { entriesOf, isKeyOf, keysOf } from './base/keys';
export { PolyphaseFilter } from './audio/polyphase-filter';
export type { FilterKernel, FilterTable } from './base/kernel/filter';
export {
  formatHotWords,
  HOT_WORD_LIST_BOUNDS,
  hotWordsFault,
  hotWordsToCsv,
  parseHotWords,
  readHotWords,
} from './vocabulary/hot-words';
export type { HotWord } from './vocabulary/hot-words';
export { DEFAULT_MODEL, findModel, MODELS } from './vocabulary/models';
export type { Model, SessionMode, WireFormat } from './vocabulary/models';
export { checkOtherSettings, readOtherSettings } from './vocabulary/other-settings';
export { parameterFault, VAD_PARAMETERS } from './vocabulary/parameters';
export type { ModelParameters, ParameterName, ParameterSpec } from './vocabulary/parameters';
export { sourceFieldFault } from './live/sources/field-values';
export { isSourceKind, SOURCE_KINDS, sourceFields } from './live/sources/kinds';
export type { SourceField, SourceFieldName, SourceKindName } from './live/sources/kinds';
