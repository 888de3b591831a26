// The dialog of the credentials: the rows for each region, and the connection test.
import { textIn } from './red';
import type { EditorNode } from './red';

/** The editor shows this for a stored key; the key itself never comes here. */
const STORED_KEY = '__PWRD__';
const TESTED_FIELDS = [
  'region',
  'workspaceId',
  'address',
  'keySource',
  'keyVariable',
  'proxy',
  'apiKey',
] as const;

/** The answer of `asr/test-connection`. */
interface Answer {
  ok: boolean;
  code: string;
  message: string;
  [detail: string]: string | number | boolean;
}

export function prepareCredentials(node: EditorNode): void {
  field('region').on('change', showRows);
  field('keySource').on('change', showRows);
  showRows();
  $('#asr-credentials-test').on('click', function (event) {
    event.preventDefault();
    testConnection(node, $(this));
  });
}

function field(name: string): JQuery {
  return $(`#node-config-input-${name}`);
}

function showRows(): void {
  const region = textIn(field('region'));
  const isCloud = region === 'singapore' || region === 'beijing';
  $('#asr-credentials-workspace-row').toggle(isCloud);
  $('#asr-credentials-address-row').toggle(!isCloud);
  field('address').attr('placeholder', region === 'local' ? 'ws://127.0.0.1:8791' : 'wss://host');
  const source = textIn(field('keySource'));
  $('#asr-credentials-key-row').toggle(source === 'credential');
  $('#asr-credentials-variable-row').toggle(source === 'env');
}

function testConnection(node: EditorNode, button: JQuery): void {
  button.prop('disabled', true);
  showResult('', node._('asr-credentials.test.running'));
  const typed = TESTED_FIELDS.map((name) => [name, textIn(field(name))] as const);
  const asked = typed.filter(([name, value]) => name !== 'apiKey' || value !== STORED_KEY);
  $.ajax({
    url: 'asr/test-connection',
    type: 'POST',
    contentType: 'application/json; charset=utf-8',
    data: JSON.stringify({ id: node.id, ...Object.fromEntries(asked) }),
  })
    .done((answer: Answer) => {
      showResult(answer.ok ? 'asr-good' : 'asr-bad', describe(node, answer));
    })
    .fail(({ status }) => {
      showResult('asr-bad', node._('asr-credentials.test.no-answer', { status }));
    })
    .always(() => button.prop('disabled', false));
}

function describe(node: EditorNode, answer: Answer): string {
  const values = answer as unknown as Record<string, string>;
  if (answer.ok) return node._('asr-credentials.test.ok', values);
  // The runtime's message is in its own language and has the details; the hint is in the reader's language.
  const key = `asr-credentials.test.hint.${answer.code}`;
  const hint = node._(key, values);
  return hint === key ? answer.message : `${hint} ${answer.message}`;
}

function showResult(kind: '' | 'asr-good' | 'asr-bad', text: string): void {
  $('#asr-credentials-test-result').removeClass('asr-good asr-bad').addClass(kind).text(text);
}
