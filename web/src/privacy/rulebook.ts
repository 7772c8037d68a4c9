// The rules as `src/privacy/rules/` holds them: the same steps as `src/privacy/rulebook.rs`.

import { folded } from "./folding";
import { ofRow } from "./pattern";
import { Spoken } from "./spoken";
import { Weights } from "./weights";
import { Lexicon } from "./words";

export interface Files {
  readonly rules: string;
  readonly lexicon: string;
  readonly numbers: string;
  readonly firstNames: string;
  readonly surnames: string;
  readonly vocabulary: string;
  readonly weights: string;
}

type View = "cased" | "plain" | "digits" | "words";

interface Section {
  readonly view: View;
  /** The rule that it refuses by, or `mask`. */
  readonly rule: string;
  readonly pattern: RegExp;
}

/** Endings that a word of the lexicon may have, and still be known. */
const FORMS = ["e", "s", "es", "x"];

export class Rulebook {
  private readonly spoken: Spoken;
  private readonly lexicon: Lexicon;
  private readonly sections: readonly Section[];
  private readonly weights: Weights;

  constructor(files: Files) {
    this.spoken = new Spoken(
      lines(files.numbers).map((line) => {
        const [number = "", ...ways] = line.split(" ");
        return [number, ways.map(plain)] as const;
      }),
    );
    this.lexicon = lexicon(files);
    this.sections = sections(files.rules);
    this.weights = new Weights(lines(files.weights));
  }

  /**
   * The first rule that the text breaks of those that `counts` says, in the order of the file; `likely` where none is found and the words weigh too much,
   * else null.
   */
  broken(content: string, counts: (rule: string) => boolean): string | null {
    const { text, isForeign } = folded(content);
    if (isForeign && counts("script")) return "script";
    const small = text.toLowerCase();
    const views: Record<View, string> = {
      cased: text,
      plain: small,
      digits: this.spoken.digits(small),
      words: this.lexicon.tagged(text, this.spoken),
    };
    for (const { view, rule, pattern } of this.sections) {
      if (rule === "mask") {
        views[view] = views[view].replace(pattern, view === "words" ? " ^=>" : " ^ ");
      } else if (counts(rule) && views[view].search(pattern) >= 0) {
        return rule;
      }
    }
    // Places and firms are hidden by now, so their names weigh nothing.
    return counts("likely") && this.weights.isOver(views.words) ? "likely" : null;
  }
}

function lines(file: string): string[] {
  return file
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function plain(word: string): string {
  return folded(word).text.trim().toLowerCase();
}

function lexicon(files: Files): Lexicon {
  const lexicon = new Lexicon();
  for (const [names, tag] of [
    [files.firstNames, "F"],
    [files.surnames, "S"],
  ] as const) {
    const words = lines(names).flatMap((line) => line.split(/ +/));
    for (const part of words.flatMap((word) => plain(word).split(/[-']/))) lexicon.add(part, tag);
  }
  for (const line of lines(files.lexicon)) {
    const [tags = "", words = ""] = line.split(": ");
    for (const word of words.split(/ +/).map(plain)) {
      if (tags === "homonym") lexicon.demote(word);
      else {
        for (const tag of tags) lexicon.add(word, tag);
        for (const ending of FORMS) lexicon.know(word + ending);
      }
    }
  }
  vocabulary(files.vocabulary, lexicon);
  return lexicon;
}

/** Lines such as `er := er e ent`, the endings of a class of words, and `er: cass forc`, its stems. */
function vocabulary(file: string, lexicon: Lexicon): void {
  const classes = new Map<string, string[]>();
  for (const line of lines(file)) {
    const [, name, endings] = /^([a-z]+) := (.*)$/.exec(line) ?? [];
    if (name !== undefined && endings !== undefined) {
      classes.set(
        name,
        endings.split(/ +/).map((ending) => (ending === "-" ? "" : ending)),
      );
      continue;
    }
    const [known = "", stems = ""] = line.split(": ");
    if (known === "ends") {
      for (const ending of stems.split(/ +/)) lexicon.knowEnding(ending);
      continue;
    }
    for (const stem of stems.split(/ +/).map(plain)) {
      for (const ending of classes.get(known) ?? []) lexicon.know(stem + ending);
    }
  }
}

function sections(file: string): Section[] {
  const names: [string, string][] = [];
  const found: { view: View; rule: string; patterns: string[] }[] = [];
  for (const line of lines(file)) {
    const [, rule, view] = /^\[([a-z]+) ([a-z]+)\]$/.exec(line) ?? [];
    if (rule !== undefined) {
      found.push({ view: view as View, rule, patterns: [] });
      continue;
    }
    const known = (text: string) => names.reduce((text, [name, what]) => text.replaceAll(name, () => what), text);
    const [, name, what] = /^(.*?) := (.*)$/.exec(line) ?? [];
    if (name !== undefined && what !== undefined) {
      names.push([`{${name}}`, known(what)]);
      continue;
    }
    const section = found.at(-1);
    const pattern = known(line);
    section?.patterns.push(section.view === "words" ? ofRow(pattern) : `(?:${pattern})`);
  }
  return found.map(({ view, rule, patterns }) => ({
    view,
    rule,
    pattern: new RegExp(patterns.join("|"), "gu"),
  }));
}
