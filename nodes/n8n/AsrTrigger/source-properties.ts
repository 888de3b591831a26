import type { INodeProperties } from 'n8n-workflow';
import { RAW_AUDIO_OPTIONS } from '../shared/audio-input';

const PORTS = ['tcp', 'udp'];

/** The fields that say where the audio comes from. */
export const SOURCE_PROPERTIES: INodeProperties[] = [
  {
    displayName: 'Source',
    name: 'source',
    type: 'options',
    noDataExpression: true,
    options: [
      {
        name: 'Audio Stream (HTTP)',
        value: 'http',
        description: 'Internet radio, or any other stream at an http or https address',
      },
      {
        name: 'FFmpeg',
        value: 'ffmpeg',
        description: 'Everything that ffmpeg opens: RTSP cameras, HLS, sound cards, odd formats',
      },
      { name: 'TCP Port', value: 'tcp', description: 'Devices connect to a port of this machine' },
      { name: 'UDP Port', value: 'udp', description: 'Devices send datagrams to a port of this machine' },
      {
        name: 'WebSocket',
        value: 'webSocket',
        description: 'A WebSocket that sends audio in binary messages',
      },
    ],
    default: 'http',
  },
  {
    displayName: 'URL',
    name: 'streamUrl',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. https://example.com/radio.mp3',
    description: 'Of the stream itself, or of its M3U or PLS playlist',
    displayOptions: { show: { source: ['http'] } },
  },
  {
    displayName: 'URL',
    name: 'webSocketUrl',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. wss://example.com/audio',
    description:
      'Binary messages are raw PCM or parts of a recording of any format; text messages are ignored',
    displayOptions: { show: { source: ['webSocket'] } },
  },
  {
    displayName: 'Input',
    name: 'ffmpegInput',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. rtsp://192.168.1.20/stream1',
    description:
      "What ffmpeg is to open: an address, or with the option 'Input Format' a device. Files only where the operator allows them in FLOW_ASR_FILE_FOLDERS.",
    hint: "Needs ffmpeg on the machine that n8n runs on; n8n's Docker image has none",
    displayOptions: { show: { source: ['ffmpeg'] } },
  },
  {
    displayName:
      'Whoever reaches this port can start the workflow: there is no password and no encryption. It listens to this machine only, unless you change <b>Listen On</b>.',
    name: 'portNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { source: PORTS } },
  },
  {
    displayName: 'Port',
    name: 'port',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 65535, numberPrecision: 0 },
    required: true,
    default: 0,
    description: 'Of this machine, from 1 to 65535. In a container it has to be published, too.',
    displayOptions: { show: { source: PORTS } },
  },
  {
    displayName: 'Listen On',
    name: 'host',
    type: 'string',
    required: true,
    default: '127.0.0.1',
    description:
      'An address of this machine. 127.0.0.1 is for programs on this machine, 0.0.0.0 for all networks that it is in.',
    displayOptions: { show: { source: PORTS } },
  },
];

/** Fields for the collection `options`. */
export const SOURCE_OPTIONS: INodeProperties[] = [
  {
    displayName: 'Allowed Senders',
    name: 'allowedSenders',
    type: 'string',
    default: '',
    placeholder: 'e.g. 192.168.1.20, 192.168.7.0/24',
    description: 'Addresses and networks that may send to the port. Empty: all that reach it.',
    displayOptions: { show: { '/source': PORTS } },
  },
  ...RAW_AUDIO_OPTIONS.map((property) => ({
    ...property,
    displayOptions: { hide: { '/source': ['ffmpeg'] } },
  })),
  {
    displayName: 'Input Format',
    name: 'ffmpegFormat',
    type: 'string',
    default: '',
    placeholder: 'e.g. alsa',
    description: "Ffmpeg's name of the format, for devices: alsa, pulse, jack, sndio, avfoundation, dshow",
    displayOptions: { show: { '/source': ['ffmpeg'] } },
  },
  {
    displayName: 'Maximum Silence of a Device (Seconds)',
    name: 'idleSeconds',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 86400 },
    default: 30,
    description: 'A device that sends nothing for as long has ended; what it sends then is a new stream',
    displayOptions: { show: { '/source': PORTS } },
  },
  {
    displayName: 'Maximum Wait for Audio (Seconds)',
    name: 'stallSeconds',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 3600 },
    default: 30,
    description: 'A stream that sends nothing for as long counts as lost and is connected again',
    displayOptions: { show: { '/source': ['http', 'ffmpeg'] } },
  },
  {
    displayName: 'Play in Real Time',
    name: 'inRealTime',
    type: 'boolean',
    default: false,
    description: 'Whether a file is played as fast as it was recorded. Live sources do that by themselves.',
    displayOptions: { show: { '/source': ['ffmpeg'] } },
  },
  {
    displayName: 'RTSP Over',
    name: 'rtspTransport',
    type: 'options',
    options: [
      { name: 'TCP', value: 'tcp', description: 'Nothing is lost on the way' },
      { name: 'UDP', value: 'udp', description: 'For cameras that have no other' },
    ],
    default: 'tcp',
    displayOptions: { show: { '/source': ['ffmpeg'] } },
  },
  {
    displayName: 'Senders at Once',
    name: 'maxSenders',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
    default: 10,
    description: 'How many devices may send at the same time; each has a session of its own',
    displayOptions: { show: { '/source': PORTS } },
  },
  {
    displayName: 'Subprotocol',
    name: 'subprotocol',
    type: 'string',
    default: '',
    description: 'Of the WebSocket, if the server wants one',
    displayOptions: { show: { '/source': ['webSocket'] } },
  },
];
