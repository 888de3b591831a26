export * from './memory';
export * from './pcm';
export * from './levels';
export * from './filter';
export * from './flac';
export * from './base64';
