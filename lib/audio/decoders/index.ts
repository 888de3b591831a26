import { AsrError } from '../../errors';
import type { AudioFormatHints } from '../format';
import { pcmCodecName, rawFormat } from '../pcm-format';
import type { Identity } from '../sniff';
import { WAV } from '../wav';
import { AIFF } from './aiff';
import { AU } from './au';
import type { Decoder, DecoderOutput } from './decoder';
import { FfmpegDecoder } from './ffmpeg';
import { FlacDecoder } from './flac';
import { HeadedPcmDecoder } from './headed-pcm';
import { Mp3Decoder } from './mp3';
import { OggOpusDecoder } from './ogg-opus';
import { OpusPacketsDecoder } from './opus-packets';
import { PcmDecoder } from './pcm';
import { WebmOpusDecoder } from './webm-opus';

/**
 * The decoder of what was identified.
 * @param rateHz Of raw samples, where the hints do not say it.
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
      return new HeadedPcmDecoder(WAV, output);
    case 'aiff':
      return new HeadedPcmDecoder(AIFF, output);
    case 'au':
      return new HeadedPcmDecoder(AU, output);
    case 'ogg-opus':
      return new OggOpusDecoder(output);
    case 'webm-opus':
      return new WebmOpusDecoder(output);
    case 'opus-packets':
      return new OpusPacketsDecoder(output);
    case 'mp3':
      return new Mp3Decoder(output);
    case 'flac':
      return new FlacDecoder(output);
    case 'ffmpeg':
      return new FfmpegDecoder(identity.input, output);
    case 'foreign': {
      const { what, advice } = identity;
      throw new AsrError('BAD_AUDIO', `What came is ${what}, no audio.${advice ? ` ${advice}` : ''}`);
    }
    default: {
      const { pcm, channels, rateHz: told = rateHz } = rawFormat(hints);
      output.describe({
        container: 'raw',
        codec: pcmCodecName(pcm),
        rateHz: told,
        channels,
        bits: pcm.bits,
      });
      return new PcmDecoder(pcm, channels, output);
    }
  }
}
