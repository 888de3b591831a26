import type { SourceFieldName, SourceKindName } from '../lib/hosts';

/**
 * The texts of live sources, in English. Both hosts and the command line show them; Node-RED's catalogues add Chinese
 * under `source.<kind>` and `field.<name>`. The table of kinds is lib/live/sources/kinds.ts.
 */
export interface SourceText {
  label: string;
  /** One or more sentences. The hint of a switch begins with "Whether". */
  hint: string;
  /** An example of a value. */
  example?: string;
}

export const SOURCE_KIND_TEXTS: Readonly<Record<SourceKindName, SourceText>> = {
  http: {
    label: 'Audio stream (HTTP)',
    hint: 'Internet radio, or any other stream at an http or https address',
  },
  ffmpeg: {
    label: 'FFmpeg',
    hint: 'Everything that ffmpeg opens: RTSP cameras, HLS, sound cards, odd formats',
  },
  tcp: { label: 'TCP port', hint: 'Devices connect to a port of this machine' },
  udp: { label: 'UDP port', hint: 'Devices send datagrams to a port of this machine' },
  webSocket: { label: 'WebSocket', hint: 'A WebSocket that sends audio in binary messages' },
  calls: {
    label: 'Telephone calls',
    hint: 'Twilio, SignalWire, Telnyx, Plivo, Vonage, jambonz or FreeSWITCH connects to a WebSocket of this machine',
  },
  audioSocket: {
    label: 'Asterisk AudioSocket',
    hint: 'Asterisk connects to a port of this machine for each call',
  },
  wyoming: {
    label: 'Wyoming server',
    hint: 'Home Assistant sends speech to a port of this machine, and gets the text back',
  },
  satellite: {
    label: 'Wyoming satellite',
    hint: 'A satellite of Home Assistant, which is connected to as Home Assistant does',
  },
  microphone: {
    label: 'Microphone of this computer',
    hint: 'Recorded by parec, arecord, ffmpeg or sox, whichever is there',
  },
};

export const SOURCE_FIELD_TEXTS: Readonly<Record<SourceFieldName, SourceText>> = {
  streamUrl: {
    label: 'URL',
    hint: 'Of the stream itself, or of its M3U or PLS playlist',
    example: 'https://example.com/radio.mp3',
  },
  webSocketUrl: {
    label: 'URL',
    hint: 'Binary messages are raw PCM or parts of a recording of any format; text messages are ignored',
    example: 'wss://example.com/audio',
  },
  satelliteAddress: {
    label: 'Satellite',
    hint: 'Its name or address in the network, with a port where it is not 10700. It serves one program at a time.',
    example: 'kitchen.local',
  },
  ffmpegInput: {
    label: 'Input',
    hint: "What ffmpeg is to open: an address, or with the option 'Input Format' a device. Files only where the operator allows them in FLOW_ASR_FILE_FOLDERS.",
    example: 'rtsp://192.168.1.20/stream1',
  },
  ffmpegFormat: {
    label: 'Input format',
    hint: "Ffmpeg's name of the format, for devices: alsa, pulse, jack, sndio, avfoundation, dshow",
    example: 'alsa',
  },
  user: { label: 'User', hint: 'Where the address wants a login' },
  password: { label: 'Password', hint: 'Where the address wants a login' },
  rtspTransport: {
    label: 'RTSP over',
    hint: 'TCP loses nothing on the way. UDP is for cameras that have no other.',
  },
  inRealTime: {
    label: 'Play in real time',
    hint: 'Whether a file is played as fast as it was recorded. Live sources do that by themselves.',
  },
  stallSeconds: {
    label: 'Maximum wait for audio (seconds)',
    hint: 'A stream that sends nothing for as long counts as lost and is connected again',
  },
  subprotocol: { label: 'Subprotocol', hint: 'Of the WebSocket, if the server wants one' },
  port: {
    label: 'Port',
    hint: 'Of this machine, from 1 to 65535. In a container it has to be published, too.',
  },
  host: {
    label: 'Listen on',
    hint: 'An address of this machine. 127.0.0.1 is for programs on this machine, 0.0.0.0 for all networks that it is in.',
    example: '127.0.0.1',
  },
  allowedSenders: {
    label: 'Allowed senders',
    hint: 'Addresses and networks that may send to the port. Empty: all that reach it.',
    example: '192.168.1.20, 192.168.7.0/24',
  },
  maxSenders: {
    label: 'Senders at once',
    hint: 'How many devices may send at the same time; each has a session of its own',
  },
  idleSeconds: {
    label: 'Maximum silence of a device (seconds)',
    hint: 'A device that sends nothing for as long has ended; what it sends then is a new stream',
  },
  token: {
    label: 'Token',
    hint: 'What each connection must send first, as a line of its own. Empty: the token in FLOW_ASR_TCP_TOKEN, or none.',
  },
  path: {
    label: 'Path',
    hint: 'The provider connects to this path. Empty: to every one.',
    example: '/calls',
  },
  callToken: {
    label: 'Token of calls',
    hint: 'What the provider must send: as ?token=, as the last part of the path, or as a bearer token. Empty: the token in FLOW_ASR_CALLS_TOKEN, or none.',
  },
  twilioAuthToken: {
    label: 'Auth token of Twilio',
    hint: 'Checks that Twilio itself connects. Empty: the one in FLOW_ASR_TWILIO_AUTH_TOKEN, or no check.',
  },
  publicUrl: {
    label: 'Public address',
    hint: 'The address that Twilio was told, exactly as it was told; its signature is of this address',
    example: 'wss://example.com/calls',
  },
  callRate: {
    label: 'Rate of binary calls (Hz)',
    hint: 'Only where the provider does not say it, which is FreeSWITCH without metadata',
  },
  rawRate: {
    label: 'Raw audio: rate (Hz)',
    hint: 'Only for audio without a header. A wrong rate gives wrong words, or none.',
  },
  rawChannels: { label: 'Raw audio: channels', hint: 'Only for audio without a header' },
  rawEncoding: { label: 'Raw audio: encoding', hint: 'Only for audio without a header' },
  device: {
    label: 'Device',
    hint: 'As the recorder names it. Empty: the one that the system has chosen.',
    example: 'plughw:1,0',
  },
  recorder: {
    label: 'Recorder',
    hint: 'The program that records. Auto takes the first that is there and gives audio.',
  },
};
