// What the HTML of the nodes calls, as the global `flowAsr`. scripts/build.mjs makes one file of it.
import css from './dialogs.css';
import { watchSessions } from './sessions';

export {
  checkLanguage,
  checkModel,
  checkOther,
  checkOverload,
  checkParameters,
  checkRate,
  valueOf,
} from './checks';
export { prepareCredentials } from './credentials';
export { prepareHotWords } from './hot-words';
export { addLivePanel, removeLivePanel } from './live';
export { checkLimit } from './numbers';
export { prepareMicrophone, saveMicrophone } from './microphone';
export { prepareRecognition, recognitionLabel, saveRecognition } from './recognition';
export { labelTypedInputs, sharedText } from './red';
export { checkSourceField, prepareSourceFields, saveSourceFields } from './source-fields';
export { checkSession, pickOnlySession, prepareSessionPicker } from './sessions';

$('<style>').text(css).appendTo('head');
watchSessions();
