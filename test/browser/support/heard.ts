import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../hosts/support/packed';
import { JFK_PCM } from '../../support/jfk';

/** A PATH with a recorder that hears the recording once. Not every computer has a microphone. */
export function pathWithRecorder(): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'speech.raw'), JFK_PCM);
  writeFileSync(path.join(folder, 'parec'), `#!/bin/sh\ncat '${folder}/speech.raw'\nexec sleep 600\n`);
  chmodSync(path.join(folder, 'parec'), 0o755);
  return `${folder}${path.delimiter}${process.env.PATH}`;
}

export function pieces(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
