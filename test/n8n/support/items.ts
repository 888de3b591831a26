import type { INodeExecutionData } from 'n8n-workflow';

/** An item with a file, as n8n has it in memory. */
export function binaryItem(
  bytes: Buffer,
  { field = 'data', fileName = 'recording.wav', mimeType = 'audio/wav' } = {},
): INodeExecutionData {
  return { json: {}, binary: { [field]: { data: bytes.toString('base64'), mimeType, fileName } } };
}
