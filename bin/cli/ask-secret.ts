import { emitKeypressEvents } from 'node:readline';

/** Asks at the terminal without showing the answer. Rejects at Ctrl+C. */
export function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let secret = '';
    const done = (settle: () => void) => {
      stdin.removeListener('keypress', onKey);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean }) => {
      if (key.ctrl && (key.name === 'c' || key.name === 'd')) {
        done(() => {
          reject(new Error('No API key was given.'));
        });
      } else if (key.name === 'return' || key.name === 'enter') {
        done(() => {
          resolve(secret);
        });
      } else if (key.name === 'backspace') secret = secret.slice(0, -1);
      else if (text) secret += text;
    };
    stdin.on('keypress', onKey);
  });
}
