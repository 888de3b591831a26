import type { INodeProperties } from 'n8n-workflow';
import { MODELS } from '../../../lib';
import { HOT_WORD_LIST } from '../shared/hot-word-lists';

const MODEL_CHOICES = MODELS.filter(({ parameters }) => parameters.vocabularyId).map(({ id }) => ({
  name: id,
  value: id,
}));

const OPERATION: INodeProperties = {
  displayName: 'Operation',
  name: 'operation',
  type: 'options',
  noDataExpression: true,
  displayOptions: { show: { resource: ['hotWordList'] } },
  options: [
    {
      name: 'Create',
      value: 'create',
      description: 'Make a list for one model',
      action: 'Create a hot word list',
    },
    {
      name: 'Delete',
      value: 'delete',
      description: 'Delete a list; sessions that name it go on without its words',
      action: 'Delete a hot word list',
    },
    {
      name: 'Get',
      value: 'get',
      description: 'Read a list with its words',
      action: 'Get a hot word list',
    },
    {
      name: 'Get Many',
      value: 'getAll',
      description: 'Read which lists there are, without their words',
      action: 'Get many hot word lists',
    },
    {
      name: 'Update',
      value: 'update',
      description: 'Replace all words of a list',
      action: 'Update a hot word list',
    },
  ],
  default: 'create',
};

export const PROPERTIES: INodeProperties[] = [
  {
    displayName: 'Resource',
    name: 'resource',
    type: 'options',
    noDataExpression: true,
    options: [{ name: 'Hot-Word List', value: 'hotWordList' }],
    default: 'hotWordList',
  },
  OPERATION,
  {
    ...HOT_WORD_LIST,
    required: true,
    description: 'The list, from those of the account or by its ID',
    displayOptions: { show: { operation: ['delete', 'get', 'update'] } },
  },
  {
    displayName: 'Model',
    name: 'targetModel',
    type: 'options',
    options: MODEL_CHOICES,
    default: 'fun-asr-realtime',
    required: true,
    description: 'The model that will use the list. Recognition with any other model ignores it silently.',
    displayOptions: { show: { operation: ['create'] } },
  },
  {
    displayName: 'Words',
    name: 'words',
    type: 'string',
    typeOptions: { rows: 6 },
    default: '',
    required: true,
    placeholder: 'e.g. Model Studio, 5',
    description:
      'At most 500, one a line with its weight behind it: 1 to 5, and 4 without one. CSV with a language in the third column works too, and so does a list of an expression, such as the names of all input items with Execute Once.',
    displayOptions: { show: { operation: ['create', 'update'] } },
  },
  {
    displayName: 'Prefix',
    name: 'prefix',
    type: 'string',
    default: '',
    placeholder: 'e.g. callers',
    description: 'A part of the ID, 1 to 9 letters and digits, by which lists can be told apart',
    displayOptions: { show: { operation: ['create'] } },
  },
  {
    displayName: 'Return All',
    name: 'returnAll',
    type: 'boolean',
    default: false,
    description: 'Whether to return all results or only up to a given limit',
    displayOptions: { show: { operation: ['getAll'] } },
  },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    displayOptions: { show: { operation: ['getAll'], returnAll: [false] } },
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Prefix',
        name: 'prefix',
        type: 'string',
        default: '',
        description: 'Only lists that were made with this prefix',
      },
    ],
    displayOptions: { show: { operation: ['getAll'] } },
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Model That Uses It',
        name: 'model',
        type: 'options',
        options: MODEL_CHOICES,
        default: 'fun-asr-realtime',
        description: 'Whether this model uses the list is then in isUsable, and why it does not in reason',
      },
    ],
    displayOptions: { show: { operation: ['get', 'update'] } },
  },
];
