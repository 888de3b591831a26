import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { SECRET_FIELDS } from '../../nodes/n8n/AsrTrigger/source-secrets';
import { inTitleCase } from '../../nodes/n8n/shared/parameter-texts';
import { SOURCE_FIELD_TEXTS } from '../../nodes/source-texts';

/** The secrets of live sources: what devices must send to a port, and the login of an address. */
export class LiveSourceApi implements ICredentialType {
  name = 'liveSourceApi';

  displayName = 'Live Source API';

  icon = {
    light: 'file:../../icons/n8n/asr-trigger.light.svg',
    dark: 'file:../../icons/n8n/asr-trigger.dark.svg',
  } as const;

  documentationUrl =
    'https://github.com/flow-asr/n8n-nodes-realtime-asr/blob/main/docs/live-sources.md#who-must-not-choose-the-source';

  properties: INodeProperties[] = SECRET_FIELDS.map((name) => ({
    displayName: inTitleCase(SOURCE_FIELD_TEXTS[name].label),
    name,
    type: 'string',
    ...(name !== 'user' && { typeOptions: { password: true } }),
    default: '',
    description: SOURCE_FIELD_TEXTS[name].hint,
  }));
}
