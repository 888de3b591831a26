import type {
  ICredentialsDecrypted,
  ICredentialTestFunctions,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { SECRET_FIELDS } from '../../nodes/n8n/AsrTrigger/source-secrets';
import { inTitleCase } from '../../nodes/n8n/shared/parameter-texts';
import { SOURCE_FIELD_TEXTS } from '../../nodes/source-texts';

/**
 * The button "Test" of n8n. There is nothing to connect to, because devices come to a port; it checks what no device
 * could send.
 */
export function liveSourceTest(
  this: ICredentialTestFunctions,
  { data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  const text = (name: string): string => {
    const value = data[name];
    return typeof value === 'string' ? value : '';
  };
  const given = SECRET_FIELDS.filter((name) => text(name) !== '');
  const label = (name: (typeof given)[number]): string => inTitleCase(SOURCE_FIELD_TEXTS[name].label);
  const wrong = given.find((name) => /[\p{Cc}\s]/u.test(text(name)) && name !== 'password');
  const message =
    given.length === 0
      ? 'Fill in what the source needs: a token for a port, or the login of an address.'
      : wrong
        ? `${label(wrong)} has a space or a line break, which no sender could send.`
        : `Set: ${given.map(label).join(', ')}. They are used when the workflow is activated.`;
  return Promise.resolve({ status: given.length > 0 && !wrong ? 'OK' : 'Error', message });
}
