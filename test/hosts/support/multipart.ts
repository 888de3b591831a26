const BOUNDARY = 'flow-asr-test-boundary';

export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** The body of a form with files, as `curl -F` posts it. */
export function multipart(files: Record<string, Buffer>): Buffer {
  const parts = Object.entries(files).flatMap(([name, file]) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.wav"\r\n` +
        'Content-Type: audio/wav\r\n\r\n',
    ),
    file,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
