import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const CLOUD = ['singapore', 'beijing'];

/** Where recognition runs, and the API key. */
export class RealtimeAsrApi implements ICredentialType {
  name = 'realtimeAsrApi';

  displayName = 'Realtime ASR API';

  icon = {
    light: 'file:../../icons/n8n/realtime-asr.light.svg',
    dark: 'file:../../icons/n8n/realtime-asr.dark.svg',
  } as const;

  documentationUrl = 'https://github.com/flow-asr/n8n-nodes-realtime-asr/blob/main/docs/n8n.md#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Region',
      name: 'region',
      type: 'options',
      noDataExpression: true,
      // The values are those of lib/vocabulary/regions.ts, which a test compares.
      options: [
        {
          name: 'Beijing',
          value: 'beijing',
          description: 'Alibaba Cloud Model Studio, mainland China',
        },
        {
          name: 'Custom Address',
          value: 'custom',
          description: 'Any address that speaks the same protocols',
        },
        {
          name: 'Local Service',
          value: 'local',
          description: 'The service in this package, with no key and no cloud',
        },
        {
          name: 'Singapore',
          value: 'singapore',
          description: 'Alibaba Cloud Model Studio, international',
        },
      ],
      default: 'singapore',
    },
    {
      displayName:
        'Start the local service with <code>npx flow-asr service</code>, in the folder of this package, on the machine that n8n runs on. In a container, 127.0.0.1 is the container itself.',
      name: 'localNotice',
      type: 'notice',
      default: '',
      displayOptions: { show: { region: ['local'] } },
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      placeholder: 'e.g. sk-…',
      description: 'A key of this region: one of Beijing is refused in Singapore, and the other way round',
      displayOptions: { show: { region: CLOUD } },
    },
    {
      displayName: 'Workspace ID',
      name: 'workspaceId',
      type: 'string',
      default: '',
      placeholder: 'e.g. ws-…',
      description: 'Of Model Studio. Leave empty for the default workspace.',
      displayOptions: { show: { region: CLOUD } },
    },
    {
      displayName: 'Address',
      name: 'address',
      type: 'string',
      required: true,
      default: '',
      placeholder: 'e.g. wss://example.com',
      description:
        'A ws:// or wss:// address, or one copied from a sample of the vendor. A key is sent only over wss:// or to this machine.',
      displayOptions: { show: { region: ['custom'] } },
    },
    {
      displayName: 'Address',
      name: 'address',
      type: 'string',
      default: '',
      placeholder: 'e.g. ws://127.0.0.1:8791',
      description: 'Leave empty for ws://127.0.0.1:8791, where the local service listens',
      displayOptions: { show: { region: ['local'] } },
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description: 'Leave empty where the service wants none',
      displayOptions: { hide: { region: CLOUD } },
    },
  ];
}
