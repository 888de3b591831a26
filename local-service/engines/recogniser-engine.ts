import { DecodeQueue } from '../recogniser/decode-queue';
import { fetchRecogniser, type FetchOptions } from '../recogniser/fetch';
import { ListeningSession } from '../recogniser/listening-session';
import { Model } from '../recogniser/model';
import type { Engine, EngineConnection } from './engine';

/** Recognises English speech with a model that all sessions of the service share. */
export class RecogniserEngine implements Engine {
  readonly name = 'recogniser';
  readonly #model: Model;
  readonly #queue: DecodeQueue;

  private constructor(model: Model) {
    this.#model = model;
    this.#queue = new DecodeQueue((samples) => model.decode(samples));
  }

  /** @throws RecogniserError when it cannot be fetched or does not run here. */
  static async create(options: FetchOptions): Promise<RecogniserEngine> {
    return new RecogniserEngine(await Model.load(await fetchRecogniser(options)));
  }

  connect(): EngineConnection {
    return {
      needsPcm: true,
      start: (settings, emit) => new ListeningSession(this.#model, this.#queue, settings, emit),
    };
  }

  async close(): Promise<void> {
    await this.#queue.idle();
  }
}
