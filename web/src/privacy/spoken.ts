// Numbers that are written as words, in digits: the same steps as `src/privacy/spoken.rs`.

export class Spoken {
  private readonly numbers = new Map<string, string>();
  private readonly wordsMax: number;

  /** Reads lines of a number and the ways to say it, such as `soixante-et-onze`. */
  constructor(lines: Iterable<readonly [number: string, ways: readonly string[]]>) {
    let wordsMax = 0;
    for (const [number, ways] of lines) {
      for (const way of ways) {
        this.numbers.set(way, number);
        wordsMax = Math.max(wordsMax, way.split("-").length);
      }
    }
    this.wordsMax = wordsMax;
  }

  isNumber(word: string): boolean {
    return this.numbers.has(word);
  }

  /** Text in small letters with digits for the numbers that it says in words, longest first, and for the letter O
   * that stands for zero. */
  digits(text: string): string {
    const pieces = text.match(/[a-z]+|[^a-z]+/g) ?? [];
    let said = "";
    for (let at = 0; at < pieces.length; ) {
      const [number, length] = this.numberAt(pieces, at);
      said += number;
      at += length;
    }
    return said.replace(/(^|[^a-z])(o+)(?![a-z'])/g, (_, before: string, zeros: string) => {
      return before + "0".repeat(zeros.length);
    });
  }

  /** The longest number from there on, with how many pieces it takes; the piece itself where there is none. */
  private numberAt(pieces: readonly string[], from: number): [string, number] {
    const words: string[] = [];
    let longest: [string, number] = [pieces[from] ?? "", 1];
    for (let index = from; index < pieces.length; index += 1) {
      const piece = pieces[index] ?? "";
      const isWord = /^[a-z]/.test(piece);
      const isTurnOfWord = (index - from) % 2 === 0;
      if (isTurnOfWord && isWord) words.push(piece);
      else if (!isTurnOfWord && (piece === " " || piece === "-")) continue;
      else break;
      if (words.length > this.wordsMax) break;
      const number = this.numbers.get(words.join("-"));
      if (number !== undefined) longest = [number, index - from + 1];
    }
    return longest;
  }
}
