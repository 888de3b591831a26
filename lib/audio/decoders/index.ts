import { AsrError } from '../../vocabulary/errors';
import type { AudioFormatHints } from '../format';
import { pcmCodecName, rawFormat } from '../pcm-format';
import type { Identity } from '../sniff';
import { WAV } from '../wav';
import type * as Assumption from '../assumption';
import type * as Aiff from './aiff';
import type * as Au from './au';
import type { Decoder, DecoderOutput } from './decoder';
import type * as Ffmpeg from './ffmpeg';
import type * as Flac from './flac';
import type * as HeadedPcm from './headed-pcm';
import type * as Mp3 from './mp3';
import type * as Mp4 from './mp4';
import type * as Ogg from './ogg';
import type * as OggFlac from './ogg-flac';
import type * as OggOpus from './ogg-opus';
import type * as OggVorbis from './ogg-vorbis';
import type * as OpusPackets from './opus-packets';
import { PcmDecoder } from './pcm';
import type * as Silk from './silk';
import type * as Webm from './webm';

/** The modules that are loaded when they are needed. */
interface Modules {
  './headed-pcm': typeof HeadedPcm;
  './ogg': typeof Ogg;
  './ogg-opus': typeof OggOpus;
  './ogg-vorbis': typeof OggVorbis;
  './ogg-flac': typeof OggFlac;
  './webm': typeof Webm;
  './mp4': typeof Mp4;
  './opus-packets': typeof OpusPackets;
  './mp3': typeof Mp3;
  './flac': typeof Flac;
  './ffmpeg': typeof Ffmpeg;
  './aiff': typeof Aiff;
  './silk': typeof Silk;
  '../assumption': typeof Assumption;
  './au': typeof Au;
}

declare const require: <Name extends keyof Modules>(name: Name) => Modules[Name];

// Most sessions get raw samples, and every program would wait for all of the decoders at its start.
const headedPcm = () => require('./headed-pcm').HeadedPcmDecoder;
const ogg = () => require('./ogg').OggDecoder;
const opusInOgg = () => require('./ogg-opus').OpusInOgg;
const vorbisInOgg = () => require('./ogg-vorbis').VorbisInOgg;
const flacInOgg = () => require('./ogg-flac').FlacInOgg;
const webm = () => require('./webm').WebmDecoder;
const mp4 = () => require('./mp4').Mp4Decoder;
const opusPackets = () => require('./opus-packets').OpusPacketsDecoder;
const mp3 = () => require('./mp3').Mp3Decoder;
const flac = () => require('./flac').FlacDecoder;
const ffmpeg = () => require('./ffmpeg').FfmpegDecoder;
const aiff = () => require('./aiff').AIFF;
const silk = () => require('./silk').SilkDecoder;
const assumedPcm = () => require('../assumption').AssumedPcmDecoder;
const au = () => require('./au').AU;

/**
 * The decoder for an identified format.
 * @param rateHz Rate of raw samples where the hints do not name one.
 * @throws AsrError `BAD_AUDIO` when it is no audio.
 */
export function createDecoder(
  identity: Identity,
  hints: AudioFormatHints,
  rateHz: number,
  output: DecoderOutput,
): Decoder {
  switch (identity.kind) {
    case 'wav':
      return new (headedPcm())(WAV, output);
    case 'aiff':
      return new (headedPcm())(aiff(), output, byFfmpeg('a compressed AIFF', output));
    case 'au':
      return new (headedPcm())(au(), output, byFfmpeg('a compressed AU file', output));
    case 'ogg-opus':
      return new (ogg())(new (opusInOgg())(output), output);
    case 'ogg-vorbis':
      return new (ogg())(new (vorbisInOgg())(output), output);
    case 'ogg-flac':
      return new (ogg())(new (flacInOgg())(output), output);
    case 'webm':
      return new (webm())(output);
    case 'mp4':
      return new (mp4())(
        output,
        (needsFile) => new (ffmpeg())({ demuxer: 'mov', name: 'MP4 or M4A', needsFile }, output),
      );
    case 'opus-packets':
      return new (opusPackets())(output);
    case 'mp3':
      return new (mp3())(output);
    case 'flac':
      return new (flac())(output);
    case 'silk':
      return new (silk())(output);
    case 'ffmpeg':
      return new (ffmpeg())(identity.input, output);
    case 'unidentified':
      throw identity.error;
    case 'foreign': {
      const { what, advice } = identity;
      throw new AsrError('BAD_AUDIO', `What came is ${what}, no audio.${advice ? ` ${advice}` : ''}`);
    }
    default: {
      const format = rawFormat(hints);
      const { pcm, channels, rateHz: told = rateHz } = format;
      output.describe({
        container: 'raw',
        codec: pcmCodecName(pcm),
        rateHz: told,
        channels,
        bits: pcm.bits,
      });
      if (identity.kind === 'raw' && identity.isAssumed) return new (assumedPcm())(format, told, output);
      return new PcmDecoder(pcm, channels, output);
    }
  }
}

/** Creates the decoder for compressed audio behind a header that we know. */
function byFfmpeg(name: string, output: DecoderOutput): (demuxer: string, error: AsrError) => Decoder {
  return (demuxer, error) => new (ffmpeg())({ demuxer, name, otherwise: error }, output);
}
