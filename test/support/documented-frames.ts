/**
 * The service's frames of Qwen-ASR-Realtime as they are documented or were captured, word for word: protocol.md A.5.
 */
export const DOCUMENTED = {
  /** A.5.1, reference page. */
  created:
    '{"event_id":"event_1234","type":"session.created","session":{"id":"sess_001","object":"realtime.session","model":"qwen3-asr-flash-realtime","modalities":["text"],"input_audio_format":"pcm","input_audio_transcription":null,"turn_detection":{"type":"server_vad","threshold":0.2,"silence_duration_ms":800}}}',
  /** A.5.1, measured. */
  createdMeasured:
    '{"event_id":"event_x","type":"session.created","session":{"object":"realtime.session","model":"qwen3-asr-flash-realtime","modalities":["text"],"input_audio_format":"pcm","sample_rate":16000,"input_audio_transcription":{"model":"qwen3-asr-flash-realtime"},"turn_detection":{"type":"server_vad","threshold":0.2,"silence_duration_ms":800},"id":"sess_x"}}',
  /** A.5.2, the observed echo with its extra fields, and no id. */
  updated:
    '{"event_id":"event_y","type":"session.updated","session":{"model":"qwen3-asr-flash-realtime","modalities":["text"],"input_audio_format":"pcm","sample_rate":16000,"turn_detection":{"type":"server_vad","threshold":0.2,"silence_duration_ms":700,"create_response":true,"interrupt_response":true}}}',
  /** A.5.2, Manual mode. */
  updatedManual:
    '{"event_id":"event_z","type":"session.updated","session":{"id":"sess_x","model":"qwen3-asr-flash-realtime","modalities":["text"],"input_audio_format":"pcm","sample_rate":16000,"input_audio_transcription":{},"turn_detection":null}}',
  /** A.5.3. */
  speechStarted:
    '{"event_id":"event_B1lV7FPbgTv9qGxPI1tH4","type":"input_audio_buffer.speech_started","audio_start_ms":64,"item_id":"item_B1lV7jWLscp4mMV8hSs8c"}',
  speechStopped:
    '{"event_id":"event_B3GGEYh2orwNIdhUagZPz","type":"input_audio_buffer.speech_stopped","audio_end_ms":28128,"item_id":"item_B3GGE8ry4yqbqJGzrVhEM"}',
  /** A.5.4. */
  committed:
    '{"event_id":"event_1121","type":"input_audio_buffer.committed","previous_item_id":"msg_001","item_id":"msg_002"}',
  /** A.5.5. */
  itemCreated:
    '{"type":"conversation.item.created","event_id":"event_B3GGKbCfBZTpqFHZ0P8vg","previous_item_id":"item_B3GGE8ry4yqbqJGzrVhEM","item":{"id":"item_B3GGEPlolCqdMiVbYIf5L","object":"realtime.item","type":"message","status":"completed","role":"user","content":[{"type":"input_audio","transcript":null}]}}',
  /** A.5.6. */
  interim:
    '{"event_id":"event_R7Pfu8QVBfP5HmpcbEFSd","type":"conversation.item.input_audio_transcription.text","item_id":"item_MpJQPNQzqVRc9aC9zMwSj","content_index":0,"language":"zh","emotion":"neutral","text":"","stash":"北京的"}',
  /** A.5.7, reference page: no usage. */
  completed:
    '{"event_id":"event_B3GGEjPT2sLzjBM74W6kB","type":"conversation.item.input_audio_transcription.completed","item_id":"item_B3GGC53jGOuIFcjZkmEQ9","content_index":0,"language":"zh","emotion":"neutral","transcript":"今天天气怎么样"}',
  /** A.5.7, with the measured usage. */
  completedWithUsage:
    '{"event_id":"event_B3GGEjPT2sLzjBM74W6kB","type":"conversation.item.input_audio_transcription.completed","item_id":"item_B3GGC53jGOuIFcjZkmEQ9","content_index":0,"language":"zh","emotion":"neutral","transcript":"今天天气怎么样","usage":{"duration":7,"total_tokens":153,"input_tokens":111,"output_tokens":42,"input_tokens_details":{"text_tokens":3,"audio_tokens":108}}}',
  /** A.5.7, measured in Manual mode without speech: no id at all. */
  completedWithoutSpeech:
    '{"type":"conversation.item.input_audio_transcription.completed","transcript":"","language":"","emotion":"","usage":{"duration":1}}',
  /** A.5.8. */
  failed:
    '{"event_id":"event_B4KHRpC2nXs7dLmqTVo1f","type":"conversation.item.input_audio_transcription.failed","item_id":"item_B4KHRmVbcQwp9yZk2UeN3","content_index":0,"error":{"code":"audio_unintelligible","message":"The audio could not be transcribed.","param":null}}',
  /** A.5.9, and with the transcript that official samples read from it. */
  finished: '{"event_id":"event_2239","type":"session.finished"}',
  finishedWithTranscript: '{"event_id":"event_2239","type":"session.finished","transcript":"今天天气怎么样"}',
  /** A.5.10. */
  error:
    '{"event_id":"event_B2uoU7VOt1AAITsPRPH9n","type":"error","error":{"type":"invalid_request_error","code":"invalid_value","message":"Invalid value: \'pcm16\'. Supported values are: \'pcm\', \'opus\'.","param":"session.input_audio_format","event_id":"event_123"}}',
  /** A.5.10, older page. */
  errorOlder:
    '{"event_id":"event_1","type":"error","error":{"type":"invalid_request_error","code":"invalid_value","message":"Invalid value: \'whisper-1xx\'. Supported values are: \'whisper-1\'.","param":"session.input_audio_transcription.model"}}',
  /** A.8, an inference failure as measured. */
  commonError:
    '{"event_id":"event_2","type":"error","error":{"type":"invalid_request_error","code":"COMMON_ERROR","message":"<400> InternalError.Algo.InvalidParameter: language is not supported","param":null,"event_id":null}}',
} as const;

/** A frame of the service made from its fields. */
export function frameOf(type: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ event_id: 'event_t', type, ...fields });
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

export const frames = {
  started: (id?: string, atMs = 100) =>
    frameOf('input_audio_buffer.speech_started', { audio_start_ms: atMs, item_id: id }),
  stopped: (id?: string, atMs = 900) =>
    frameOf('input_audio_buffer.speech_stopped', { audio_end_ms: atMs, item_id: id }),
  committed: (id?: string) =>
    frameOf('input_audio_buffer.committed', { previous_item_id: null, item_id: id }),
  created: (id: string) => frameOf('conversation.item.created', { previous_item_id: null, item: { id } }),
  interim: (id: string | undefined, text: string, stash = '') =>
    frameOf(`${TRANSCRIPTION}.text`, { item_id: id, content_index: 0, text, stash }),
  completed: (id: string | undefined, transcript: string) =>
    frameOf(`${TRANSCRIPTION}.completed`, { item_id: id, content_index: 0, transcript }),
  failed: (id: string | undefined, code = 'audio_unintelligible') =>
    frameOf(`${TRANSCRIPTION}.failed`, { item_id: id, error: { code, message: 'No.', param: null } }),
  error: (error: Record<string, unknown>) => frameOf('error', { error }),
};
