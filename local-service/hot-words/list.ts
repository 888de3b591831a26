/** A word with its weight, as it is in a list (protocol.md E.2). */
export interface HotWord {
  text: string;
  weight: number;
  lang?: string;
}

export interface HotWordList {
  id: string;
  targetModel: string;
  words: readonly HotWord[];
  created: Date;
  modified: Date;
}
