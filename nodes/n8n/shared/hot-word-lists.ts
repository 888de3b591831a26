import type {
  ICredentialDataDecryptedObject,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodeProperties,
} from 'n8n-workflow';
import { connectionOf, CREDENTIALS } from '../../../credentials/n8n/connection';
import { findModel, HotWordLists } from '../../../lib';
import type { HotWordListInfo } from '../../../lib';
import { Slots } from '../../../lib/hosts';
import { hostFetch } from './egress';
import type { NetworkHelpers } from './egress';
import { asNodeFault } from './errors';

/** A list does not say its model and words until it is read, which is one request each. */
const MOST_READ = 20;
const READ_AT_ONCE = 4;

/** The lists of the account that the credentials belong to, asked through n8n's own client. */
export function hotWordLists(data: ICredentialDataDecryptedObject, network: NetworkHelpers): HotWordLists {
  return new HotWordLists({ ...connectionOf(data), fetch: hostFetch(network) });
}

/** The field for a list: chosen from the account's lists, or by its id. */
export const HOT_WORD_LIST: INodeProperties = {
  displayName: 'Hot-Word List',
  name: 'vocabularyId',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  description:
    'A list of names and terms that are recognised better, made with the node Speech Hot Words. It works only with the model that it was made for. Sent as vocabulary_id.',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Choose a list…',
      typeOptions: { searchListMethod: 'searchHotWordLists', searchable: true },
    },
    { displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. vocab-words-0123456789ab' },
  ],
};

/** n8n's editor asks for the account's lists. */
export async function searchHotWordLists(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  try {
    const lists = hotWordLists(await this.getCredentials(CREDENTIALS), this.helpers);
    const found = await lists.all();
    const model = currentModel(this);
    const slots = new Slots(READ_AT_ONCE);
    const results = await Promise.all(
      found.map((info, index) =>
        index < MOST_READ ? slots.run(() => described(lists, info, model)) : Promise.resolve(infoOf(info)),
      ),
    );
    const wanted = filter.trim().toLowerCase();
    return { results: results.filter(({ name }) => name.toLowerCase().includes(wanted)) };
  } catch (error) {
    throw asNodeFault(this.getNode(), error);
  }
}

interface Choice {
  name: string;
  value: string;
}

async function described(
  lists: HotWordLists,
  info: HotWordListInfo,
  model: string | undefined,
): Promise<Choice> {
  try {
    const list = await lists.read(info.id, model === undefined ? {} : { forModel: model });
    const isOther = model !== undefined && list.model !== '' && list.model !== model;
    const why = isOther ? 'not for this model' : list.isUsable ? undefined : 'not deployed';
    const facts = [list.model, `${list.words.length} words`, why].filter(Boolean).join(', ');
    return { name: `${info.id} (${facts})`, value: info.id };
  } catch {
    // It may have been deleted meanwhile; the id is all that is needed.
    return infoOf(info);
  }
}

function infoOf({ id, isUsable }: HotWordListInfo): Choice {
  return { name: isUsable ? id : `${id} (not deployed)`, value: id };
}

/** The model that is chosen in the node's dialog, where it is known already. */
function currentModel(context: ILoadOptionsFunctions): string | undefined {
  const names = ['model', 'modelName', 'targetModel'].map((name) => context.getCurrentNodeParameter(name));
  const model = names.find((name) => typeof name === 'string' && isModel(name));
  return typeof model === 'string' ? model : undefined;
}

function isModel(name: string): boolean {
  try {
    return findModel(name).id !== '';
  } catch {
    return false;
  }
}
