import { execFileSync, spawnSync } from 'node:child_process';
import { fixture, ffmpegPath } from './audio-fixtures';
import { makeOgg, makeWebm, oggPackets } from './opus-containers';
import { chunk, noise } from './wav-files';

/** A file of the corpus: a second of speech in some format, with or without something around it. */
export interface CorpusFile {
  name: string;
  make: () => Buffer;
  /**
   * The same audio without anything around it, which must give the same samples. Default: ffmpeg's samples are
   * compared.
   */
  plain?: () => Buffer;
  /** Whether only ffmpeg reads it. */
  byFfmpeg?: boolean;
  /** Whether the codec is lossy, so that two decoders differ a little. */
  isLossy?: boolean;
}

/** A short piece of speech without silence. */
const PART = '-ss 0.4 -t 1.2';

function made(name: string, args: string, more: Partial<CorpusFile> = {}): CorpusFile {
  return { name: `${name} ${args}`, make: () => fixture(name, `${PART} ${args}`), ...more };
}

const lossy = (name: string, args: string): CorpusFile => made(name, args, { isLossy: true });
const foreign = (name: string, args: string): CorpusFile =>
  made(name, args, { byFfmpeg: true, isLossy: true });

function each<T>(values: readonly T[], make: (value: T) => CorpusFile): CorpusFile[] {
  return values.map(make);
}

const WAV_CODECS = [
  'pcm_u8',
  'pcm_s16le',
  'pcm_s24le',
  'pcm_s32le',
  'pcm_f32le',
  'pcm_f64le',
  'pcm_alaw',
  'pcm_mulaw',
];
const RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
const BIG_ENDIAN = [
  'pcm_s8',
  'pcm_s16be',
  'pcm_s24be',
  'pcm_s32be',
  'pcm_f32be',
  'pcm_f64be',
  'pcm_alaw',
  'pcm_mulaw',
];

/** Everything that is read without ffmpeg. */
const OURS: readonly CorpusFile[] = [
  ...each(WAV_CODECS, (codec) => made('c.wav', `-c:a ${codec}`)),
  ...each(WAV_CODECS, (codec) => made('c.wav', `-c:a ${codec} -ar 44100 -ac 2`)),
  ...each(RATES, (rate) => made('c.wav', `-ar ${rate}`)),
  ...each([3, 4, 6, 8], (channels) => made('c.wav', `-ar 8000 -ac ${channels}`)),
  made('c.wav', '-rf64 always'),
  ...each(BIG_ENDIAN, (codec) => made('c.aiff', `-c:a ${codec}`)),
  made('c.aiff', '-c:a pcm_s16le'),
  ...each(BIG_ENDIAN, (codec) => made('c.au', `-c:a ${codec}`)),
  ...each([0, 3, 5, 8, 12], (level) => made('c.flac', `-compression_level ${level}`)),
  ...each([8000, 22_050, 44_100, 96_000], (rate) => made('c.flac', `-ar ${rate} -ac 2`)),
  made('c.flac', '-sample_fmt s32 -ac 6'),
  made('c.flac', '-frame_size 192'),
  ...each(['', '-ar 44100 -ac 2', '-sample_fmt s32 -ar 96000'], (args) => made('c.oga', `-c:a flac ${args}`)),
  ...each([8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000], (rate) =>
    lossy('c.mp3', `-ar ${rate} -b:a ${rate > 12_000 ? 64 : 32}k`),
  ),
  ...each(['-q:a 2', '-q:a 9', '-b:a 320k', '-joint_stereo 0', '-write_xing 0', '-id3v2_version 4'], (args) =>
    lossy('c.mp3', `-ar 44100 -ac 2 ${args}`),
  ),
  ...each([2.5, 5, 10, 20, 40, 60], (ms) => lossy('c.ogg', `-c:a libopus -ar 48000 -frame_duration ${ms}`)),
  ...each(['-b:a 8k', '-b:a 128k', '-vbr off', '-application voip', '-application lowdelay'], (args) =>
    lossy('c.ogg', `-c:a libopus -ar 48000 ${args}`),
  ),
  ...each([2, 6], (channels) => lossy('c.opus', `-c:a libopus -ar 48000 -ac ${channels}`)),
  ...each([8000, 16_000, 22_050, 44_100, 48_000], (rate) => lossy('c.ogg', `-c:a libvorbis -ar ${rate}`)),
  ...each(['-q:a 0', '-q:a 9', '-ac 2', '-ac 6 -ar 48000'], (args) =>
    lossy('c.ogg', `-c:a libvorbis ${args}`),
  ),
  lossy('c.webm', '-c:a libopus -ar 48000'),
  lossy('c.webm', '-c:a libopus -ar 48000 -ac 2 -cluster_time_limit 200'),
  lossy('c.mkv', '-c:a libopus -ar 48000'),
  lossy('c.webm', '-c:a libvorbis -ar 48000 -ac 2'),
  lossy('c.mkv', '-c:a libvorbis'),
  ...each(
    ['', '-ac 2 -movflags +faststart', '-movflags frag_keyframe+empty_moov+default_base_moof'],
    (args) => lossy('c.mp4', `-c:a libopus -ar 48000 -strict -2 ${args}`),
  ),
];

/** The files that ffmpeg makes. */
const FFMPEGS: readonly CorpusFile[] = [
  ...each(
    ['', '-ar 44100 -ac 2', '-movflags +faststart', '-movflags frag_keyframe+empty_moov', '-c:a alac'],
    (args) => foreign('c.m4a', args),
  ),
  ...each(['c.aac', 'c.3gp', 'c.mov', 'c.mka', 'c.flv'], (name) => foreign(name, '-c:a aac -ar 44100')),
  foreign('c.amr', '-c:a libopencore_amrnb -ar 8000'),
  foreign('c.amr', '-c:a libvo_amrwbenc -ar 16000'),
  ...each(['-c:a adpcm_ima_wav', '-c:a adpcm_ms', '-c:a g726 -ar 8000', '-c:a mp2 -ar 48000'], (args) =>
    foreign('c.wav', args),
  ),
  foreign('c.aif', '-c:a adpcm_ima_qt'),
  ...each(['c.ac3', 'c.eac3', 'c.wma', 'c.asf', 'c.ts', 'c.mpg'], (name) => foreign(name, '-ar 48000')),
  ...each(['c.w64', 'c.caf', 'c.tta', 'c.wv', 'c.voc', 'c.avi', 'c.sox'], (name) => foreign(name, '')),
  foreign('c.spx', '-c:a libspeex'),
  foreign('c.mkv', '-c:a pcm_s16le'),
  foreign('c.latm', '-c:a aac -ar 44100'),
];

/** A tag of APEv2: header, items, footer. */
export function apeTag(bytes = 200): Buffer {
  const end = Buffer.alloc(32);
  end.write('APETAGEX');
  end.writeUInt32LE(2000, 8);
  end.writeUInt32LE(bytes + 32, 12);
  return Buffer.concat([end, Buffer.alloc(bytes, 'a'), end]);
}

/** A tag of ID3v2 with this in its picture. */
function id3Tag(picture: Buffer, version = 3): Buffer {
  const size = picture.length + 10;
  const sizes = [21, 14, 7, 0].map((shift) => (size >> shift) & 127);
  const frame = Buffer.from('APIC\0\0\0\0\0\0', 'latin1');
  frame.writeUInt32BE(picture.length, 4);
  return Buffer.concat([Buffer.from('ID3'), Buffer.of(version, 0, 0, ...sizes), frame, picture]);
}

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise(3000)]);
const JPEG = Buffer.concat([Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\0', 'latin1'), noise(3000)]);
const ID3V1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
const LYRICS = Buffer.concat([
  Buffer.from('LYRICSBEGIN'),
  Buffer.alloc(300, 'l'),
  Buffer.from('000311LYRICS200'),
  ID3V1,
]);

type Around = readonly [name: string, around: (file: Buffer) => Buffer];
const before = (tag: Buffer) => (file: Buffer) => Buffer.concat([tag, file]);
const behind = (tag: Buffer) => (file: Buffer) => Buffer.concat([file, tag]);

const BEFORE: readonly Around[] = [
  ['ID3v2 with a PNG before it', before(id3Tag(PNG))],
  ['ID3v2.4 with a JPEG before it', before(id3Tag(JPEG, 4))],
];
const BEHIND: readonly Around[] = [
  ['ID3v1 behind it', behind(ID3V1)],
  ['APEv2 behind it', behind(apeTag())],
  ['APEv2 and ID3v1 behind it', behind(Buffer.concat([apeTag(), ID3V1]))],
  ['Lyrics3 behind it', behind(LYRICS)],
  ['zeros behind it', behind(Buffer.alloc(5000))],
];
/** Where the size of a plain WAV stands. */
const WAV_SIZE_AT = 40;
const sized =
  (size: number) =>
  (file: Buffer): Buffer => {
    const copy = Buffer.from(file);
    copy.writeUInt32LE(size, WAV_SIZE_AT);
    return copy;
  };
const IN_WAV: readonly Around[] = [
  ...[0, 0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff, 0xffffffff - 36].map((size): Around => [
    `a size of ${size}`,
    sized(size),
  ]),
  ['LIST behind it', behind(chunk('LIST', noise(2992)))],
  ['a cover in a chunk behind it', behind(chunk('id3 ', id3Tag(PNG)))],
  ['a PNG behind it', behind(PNG)],
  [
    'LIST before its audio',
    (file) => Buffer.concat([file.subarray(0, 36), chunk('LIST', PNG), file.subarray(36)]),
  ],
  [
    'JUNK before its format',
    (file) => Buffer.concat([file.subarray(0, 12), chunk('JUNK', noise(28)), file.subarray(12)]),
  ],
];
const IN_FLAC: readonly Around[] = [
  ['a cover in its metadata', (file) => withBlock(file, 6, PNG)],
  ['padding in its metadata', (file) => withBlock(file, 1, Buffer.alloc(8192))],
  [
    'no length in its header',
    (file) =>
      Buffer.concat([file.subarray(0, 22), Buffer.alloc(20), file.subarray(42)]).fill(
        file.subarray(18, 22),
        18,
        22,
      ),
  ],
];

/** A block of metadata behind STREAMINFO. */
function withBlock(flac: Buffer, type: number, content: Buffer): Buffer {
  const head = Buffer.of(type, 0, content.length >> 8, content.length & 255);
  return Buffer.concat([flac.subarray(0, 42), head, content, flac.subarray(42)]);
}

function around(name: string, args: string, variants: readonly Around[]): CorpusFile[] {
  const plain = (): Buffer => fixture(name, `${PART} ${args}`);
  return variants.map(([what, make]) => ({
    name: `${name} ${args} with ${what}`,
    make: () => make(plain()),
    plain,
  }));
}

/** Opus packets in containers that recorders in browsers write, and no installed program. */
function repacked(): CorpusFile[] {
  const plain = (): Buffer => fixture('c.ogg', `${PART} -c:a libopus -ar 48000 -frame_duration 20`);
  const packets = (): Uint8Array[] => oggPackets(plain());
  const webm = (): Uint8Array[] => packets().filter((_, index) => index !== 1);
  const live = (): Buffer => makeWebm(webm());
  return [
    ...(['xiph', 'fixed', 'ebml'] as const).flatMap((lacing): CorpusFile[] =>
      lacing === 'fixed'
        ? []
        : [{ name: `WebM with ${lacing} lacing`, make: () => makeWebm(webm(), { lacing }), plain: live }],
    ),
    { name: 'WebM with its sizes', make: () => makeWebm(webm(), { isLive: false }), plain: live },
    ...[1, 3, 200].map((packetsPerPage): CorpusFile => ({
      name: `Ogg with ${packetsPerPage} packets a page`,
      make: () => makeOgg(packets(), { packetsPerPage }),
      plain: () => makeOgg(packets()),
    })),
  ];
}

/** Files of other programs, where those are installed. */
function byOthers(): CorpusFile[] {
  const input = (): Buffer => fixture('c.wav', PART);
  const piped = (program: string, args: string, more: Partial<CorpusFile> = {}): CorpusFile[] =>
    spawnSync(program, ['--version']).error
      ? []
      : [
          {
            name: `${program} ${args}`,
            make: () => execFileSync(program, args.split(' '), { input: input() }),
            ...more,
          },
        ];
  return [
    ...piped('sox', '-t wav - -t wav -'),
    ...piped('sox', '-t wav - -t aiff -'),
    ...piped('sox', '-t wav - -t au -r 8000 -e mu-law -'),
    ...piped('sox', '-t wav - -t wav -b 24 -r 44100 -c 2 -'),
    ...piped('flac', '-s -c -'),
    ...piped('flac', '-s -c --ogg -'),
    ...piped('lame', '--quiet - -', { isLossy: true }),
    ...piped('lame', '--quiet -V 5 - -', { isLossy: true }),
    ...piped('oggenc', '-Q -o - -', { isLossy: true }),
    ...piped('opusenc', '--quiet - -', { isLossy: true }),
    ...piped('espeak-ng', '--stdout hello'),
  ];
}

export function audioCorpus(): CorpusFile[] {
  return [
    ...OURS,
    ...FFMPEGS,
    ...around('c.wav', '-c:a pcm_s16le', [...IN_WAV, ...BEFORE, ...BEHIND]),
    ...around('c.flac', '', [...IN_FLAC, ...BEFORE, ...BEHIND]),
    ...around('c.flac', '-ar 44100 -ac 2', [...BEHIND]),
    ...around('c.mp3', '-ar 44100 -ac 2', [...BEFORE, ...BEHIND]),
    ...around('c.mp3', '-ar 16000', [...BEHIND]),
    ...around('c.ogg', '-c:a libopus -ar 48000', [...BEHIND]),
    ...around('c.ogg', '-c:a libvorbis', [...BEHIND]),
    ...around('c.aiff', '', [...BEHIND]),
    ...repacked(),
    ...byOthers(),
  ];
}

/** The first channel by ffmpeg, as 16-bit samples at the rate of the file. */
export function decodedByFfmpeg(file: string, isOpus: boolean): Buffer {
  // ffmpeg's own Opus decoder differs from the one that the codec's authors publish.
  const decoder = isOpus ? ['-c:a', 'libopus'] : [];
  const output = ['-map', '0:a:0', '-af', 'pan=mono|c0=c0', '-f', 's16le', '-c:a', 'pcm_s16le', '-'];
  return execFileSync(ffmpegPath(), ['-v', 'error', ...decoder, '-i', file, ...output], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
