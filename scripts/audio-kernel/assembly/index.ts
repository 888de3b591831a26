export * from './memory';
export * from './pcm';
export * from './levels';
export * from './filter';
export * from './flac';
