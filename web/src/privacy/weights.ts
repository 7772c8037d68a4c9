// How much a row of words reads like sentences that tell of somebody: the same steps as `src/privacy/weights.rs`, which tells them.

const BEGINNING_LETTERS = 5;
const ENDING_LETTERS = 4;
const SHORT_LETTERS_MAX = 6;
const DIGITS_MAX = 4;
const MANNERS = "IkU";
const SENTENCE_ENDS = [".", "!", "?", ";"];

type Word = readonly [word: string, tags: string];

export class Weights {
  private readonly weights = new Map<string, number>();
  private start = 0;
  private limit = 0;

  /** Reads lines such as `start: -80`, `limit: 250` and `57: celui porte* *aine chez>F`. */
  constructor(lines: readonly string[]) {
    for (const line of lines) {
      const [, head = "", rest = ""] = /^(.*?): (.*)$/.exec(line) ?? [];
      if (head === "start") this.start = Number(rest);
      else if (head === "limit") this.limit = Number(rest);
      else for (const sign of rest.split(" ")) this.weights.set(sign, Number(head));
    }
  }

  /** Whether a sentence of a row of tagged words weighs more than the limit. */
  isOver(row: string): boolean {
    let sentence: Word[] = [];
    for (const [, word = "", tags = ""] of row.matchAll(/ ([^=>]*)=([^>]*)>/g)) {
      if (!SENTENCE_ENDS.includes(word)) sentence.push([word, tags]);
      else {
        if (this.isHeavy(sentence)) return true;
        sentence = [];
      }
    }
    return this.isHeavy(sentence);
  }

  private isHeavy(sentence: readonly Word[]): boolean {
    return sentence.length > 0 && this.ofSentence(sentence) > this.limit;
  }

  /** The sum over the signs of a sentence, each once. */
  private ofSentence(words: readonly Word[]): number {
    const signs = new Set<string>();
    let before = "^";
    for (const [token, tags] of words) {
      const word = counted(token);
      for (const tag of tags) if (!MANNERS.includes(tag)) signs.add(`${before}>${tag}`);
      if (word.length > BEGINNING_LETTERS) signs.add(`${word.slice(0, BEGINNING_LETTERS)}*`);
      if (word.length > SHORT_LETTERS_MAX) signs.add(`*${word.slice(-ENDING_LETTERS)}`);
      signs.add(word);
      before = word;
    }
    signs.add(`${before}>$`);
    let sum = this.start;
    for (const sign of signs) sum += this.weights.get(sign) ?? 0;
    return sum;
  }
}

/** A word as it counts: a number by its length. */
function counted(word: string): string {
  return /^[0-9]+$/.test(word) ? "0".repeat(Math.min(word.length, DIGITS_MAX)) : word;
}
