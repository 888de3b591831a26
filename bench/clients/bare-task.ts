/** The baseline for whole recordings: a run-task session that takes audio as fast as the socket does. */
import WebSocket from 'ws';

export const MESSAGE_BYTES = 3200;
const HIGH_WATER_BYTES = 256 * 1024;
const RUN_TASK = '{"header":{"action":"run-task","task_id":"t"},"payload":{"input":{}}}';
const FINISH_TASK = '{"header":{"action":"finish-task","task_id":"t"},"payload":{"input":{}}}';

/** Resolves once the service takes audio, with a function that sends all of it and resolves at the end of the task. */
export async function openBareTask(url: string): Promise<(audio: Buffer) => Promise<void>> {
  const ws = new WebSocket(`${url}/api-ws/v1/inference`, { perMessageDeflate: false });
  ws.once('open', () => {
    ws.send(RUN_TASK);
  });
  await heard(ws, 'task-started');
  return async (audio) => {
    const finished = heard(ws, 'task-finished');
    let offset = 0;
    const pump = (): void => {
      while (offset < audio.length) {
        const isFull = ws.bufferedAmount >= HIGH_WATER_BYTES;
        const message = audio.subarray(offset, (offset += MESSAGE_BYTES));
        ws.send(message, isFull ? pump : undefined);
        if (isFull) return;
      }
      ws.send(FINISH_TASK);
    };
    pump();
    await finished;
    ws.terminate();
  };
}

function heard(ws: WebSocket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.once('error', reject);
    ws.on('message', (data) => {
      if ((data as Buffer).includes(event)) resolve();
    });
  });
}
