// A text as a row of words, each with the letters of what it may be: the same steps as `src/privacy/words.rs`.

import type { Spoken } from "./spoken";

/** Fewest single letters in a row that are read as one word, such as `M O U S S A`. */
const SPACED_LETTERS_MIN = 4;
/** Fewest letters of a word that is unknown: shorter ones are abbreviations. */
const UNKNOWN_LETTERS_MIN = 4;
/** Fewest letters before an ending that names do not have. */
const BEFORE_ENDING_LETTERS_MIN = 4;

export class Lexicon {
  private readonly tags = new Map<string, string>();
  private readonly vocabulary = new Set<string>();
  private readonly endings: string[] = [];

  add(word: string, tag: string): void {
    const tags = this.tags.get(word) ?? "";
    if (!tags.includes(tag)) this.tags.set(word, tags + tag);
  }

  /** Reads a name that is a word as well in small letters: `F` becomes `f`. */
  demote(word: string): void {
    const tags = this.tags.get(word);
    if (tags !== undefined) this.tags.set(word, tags.replace("F", "f").replace("S", "s"));
  }

  /** Adds a word that remarks are made of. */
  know(word: string): void {
    this.vocabulary.add(word);
  }

  /** Adds an ending that names do not have. */
  knowEnding(ending: string): void {
    this.endings.push(ending);
  }

  /** Whether a word that is on no list is in no vocabulary either, and ends as names may. */
  private isUnknown(word: string): boolean {
    return (
      word.length >= UNKNOWN_LETTERS_MIN &&
      !this.vocabulary.has(word) &&
      !this.endings.some((ending) => word.endsWith(ending) && word.length >= BEFORE_ENDING_LETTERS_MIN + ending.length)
    );
  }

  /** `Karim habite ici` as ` karim=FIU> habite=V> ici=W>`. */
  tagged(text: string, spoken: Spoken): string {
    const tokens = joined(text.match(/[A-Za-z]+|[0-9]+|[^A-Za-z0-9 ]/g) ?? []);
    const amongSmall = tokens.some((token) => /^[a-z]{3,}$/.test(token));
    let row = "";
    let starts = true;
    for (const token of tokens) {
      const word = token.toLowerCase();
      const isWord = /^[a-z]/.test(word);
      let tags = this.tags.get(word) ?? "";
      const isNumber = !word.startsWith("un") && spoken.isNumber(word);
      if (isNumber || /^[0-9]/.test(word)) tags += "N";
      else if (isWord && tags === "" && word.length > 1) tags += this.isUnknown(word) ? "OK" : "O";
      if (isWord && starts) tags += "I";
      row += ` ${word}=${tags}${capitals(token, amongSmall)}>`;
      starts = word === "." || word === "!" || word === "?" || (starts && !isWord);
    }
    return row;
  }
}

function capitals(token: string, amongSmall: boolean): string {
  if (!/^[A-Z]/.test(token)) return "";
  if (token.length === 1 || !/^[A-Z]+$/.test(token)) return "U";
  return amongSmall ? "Uk" : "";
}

/** Single letters in a row as one word. */
function joined(tokens: readonly string[]): string[] {
  const words: string[] = [];
  let letters: string[] = [];
  for (const token of [...tokens, ""]) {
    if (/^[A-Za-z]$/.test(token)) {
      letters.push(token);
      continue;
    }
    words.push(...(letters.length >= SPACED_LETTERS_MIN ? [letters.join("")] : letters));
    letters = [];
    if (token !== "") words.push(token);
  }
  return words;
}
