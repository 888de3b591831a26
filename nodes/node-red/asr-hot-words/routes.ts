import type { NodeAPI } from 'node-red';
import { isCredentialsNode } from '../../../credentials/node-red/connection';
import { refuseForeign } from '../../../credentials/node-red/editor-request';
import { HotWordLists, readHotWords } from '../../../lib';
import type { HotWordListInfo } from '../../../lib';
import { asAsrError, Slots } from '../../../lib/hosts';
import { findNode } from '../shared/red';

/** A list in the editor's picker. */
interface ListView extends HotWordListInfo {
  /** The model that it was made for; absent where the service did not say it. */
  model?: string;
}

interface Answer {
  status: number;
  body: object;
}

interface EditorRequest {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

const AT_ONCE = 3;

/**
 * The routes for the editor's picker of hot-word lists. They use credentials that are deployed, so a key is only sent
 * to the address that it was deployed with, and never comes from the editor or goes there.
 */
export function serveHotWordLists(RED: NodeAPI): void {
  const answer = async (
    { params, ...request }: EditorRequest,
    work: (lists: HotWordLists, request: EditorRequest) => Promise<object>,
  ): Promise<Answer> => {
    const credentials = findNode(RED, String(params.credentials), isCredentialsNode);
    if (!credentials) {
      const message = RED._('asr-hot-words.error.not-deployed');
      return { status: 404, body: { code: 'NO_CREDENTIALS', message } };
    }
    try {
      const lists = new HotWordLists(credentials.connection());
      return { status: 200, body: await work(lists, { params, ...request }) };
    } catch (thrown) {
      const { code, message } = asAsrError(thrown, 'SERVICE_ERROR', RED._('asr-hot-words.error.failed'));
      return { status: 422, body: { code, message } };
    }
  };
  const mayRead = RED.auth.needsPermission('asr-hot-words.read');
  const mayWrite = RED.auth.needsPermission('asr-hot-words.write');
  const all = '/asr/hot-words/:credentials';
  const one = `${all}/:id`;

  RED.httpAdmin.get(all, mayRead, (request, response) => {
    void answer(request, async (lists, { query }) => ({ lists: await listsFor(lists, query.model) })).then(
      ({ status, body }) => response.status(status).json(body),
    );
  });
  RED.httpAdmin.get(one, mayRead, (request, response) => {
    void answer(request, (lists, { params, query }) =>
      lists.read(String(params.id), forModel(query.model)),
    ).then(({ status, body }) => response.status(status).json(body));
  });
  RED.httpAdmin.post(all, mayWrite, (request, response) => {
    void changed(request, () =>
      answer(request, async (lists, { body }) => {
        const { model, prefix, words } = fieldsOf(body);
        // The client says what is wrong with anything but a text.
        const named = { model: model as string, ...(prefix ? { prefix: prefix as string } : {}) };
        return { id: await lists.create({ ...named, words: readHotWords(words) }) };
      }),
    ).then(({ status, body }) => response.status(status).json(body));
  });
  RED.httpAdmin.put(one, mayWrite, (request, response) => {
    void changed(request, () =>
      answer(request, async (lists, { params, body }) => {
        await lists.update(String(params.id), readHotWords(fieldsOf(body).words));
        return { id: String(params.id) };
      }),
    ).then(({ status, body }) => response.status(status).json(body));
  });
  // A page of another site cannot send DELETE without permission.
  RED.httpAdmin.delete(one, mayWrite, (request, response) => {
    void answer(request, async (lists, { params }) => {
      await lists.delete(String(params.id));
      return { id: String(params.id) };
    }).then(({ status, body }) => response.status(status).json(body));
  });
}

/** Does what a request asks where it comes from the editor. */
async function changed(
  request: Parameters<typeof refuseForeign>[0],
  work: () => Promise<Answer>,
): Promise<Answer> {
  const refusal = refuseForeign(request);
  return refusal
    ? { status: refusal.status, body: { code: 'REQUEST_REJECTED', message: refusal.message } }
    : work();
}

/** Only a list's own answer says its model, so each of them is read. */
async function listsFor(lists: HotWordLists, model: unknown): Promise<ListView[]> {
  const slots = new Slots(AT_ONCE);
  return Promise.all(
    (await lists.all()).map((info) =>
      slots.run(async () => {
        const { words: _words, ...view } = await lists.read(info.id, forModel(model));
        return view;
      }),
    ),
  );
}

function forModel(model: unknown): { forModel?: string } {
  return typeof model === 'string' && model !== '' ? { forModel: model } : {};
}

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
