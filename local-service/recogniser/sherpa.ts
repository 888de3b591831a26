/** The used part of `sherpa-onnx-node` 1.13.8, whose own type file lacks `mergedDecoder`. */
export interface SherpaModule {
  OfflineRecognizer: { createAsync(config: SherpaRecognizerConfig): Promise<SherpaRecognizer> };
  Vad: new (config: SherpaVadConfig, bufferSizeInSeconds: number) => SherpaVad;
}

export interface SherpaRecognizerConfig {
  featConfig: { sampleRate: number; featureDim: number };
  modelConfig: {
    moonshine: { encoder: string; mergedDecoder: string };
    tokens: string;
    numThreads: number;
    provider: 'cpu';
  };
}

export interface SherpaRecognizer {
  createStream(): SherpaStream;
  /** Decodes on a thread of its own. */
  decodeAsync(stream: SherpaStream): Promise<{ text: string }>;
}

export interface SherpaStream {
  acceptWaveform(audio: { sampleRate: number; samples: Float32Array }): void;
}

/** Durations in seconds, `windowSize` in samples. */
export interface SherpaVadConfig {
  sileroVad: {
    model: string;
    threshold: number;
    minSpeechDuration: number;
    minSilenceDuration: number;
    maxSpeechDuration: number;
    windowSize: number;
  };
  sampleRate: number;
  numThreads: number;
}

export interface SherpaVad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  /** `start` counts samples from the last `reset`. */
  front(): { start: number; samples: Float32Array };
  pop(): void;
  flush(): void;
  reset(): void;
}
