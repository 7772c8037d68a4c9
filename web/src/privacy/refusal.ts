// Whether a remark may be kept, and words to look for a site by may be sent. The rules are those of the server, from the same
// files, so that somebody learns at once, and without a network, what the server would refuse.

import firstNames from "../../../src/privacy/rules/first-names.txt?raw";
import lexicon from "../../../src/privacy/rules/lexicon.txt?raw";
import numbers from "../../../src/privacy/rules/numbers.txt?raw";
import rules from "../../../src/privacy/rules/rules.txt?raw";
import surnames from "../../../src/privacy/rules/surnames.txt?raw";
import vocabulary from "../../../src/privacy/rules/vocabulary.txt?raw";
import weights from "../../../src/privacy/rules/weights.txt?raw";
import { Rulebook } from "./rulebook";

/** Why a text is refused; `src/privacy/rule.rs` tells each. */
export type Rule =
  | "phone"
  | "email"
  | "plate"
  | "street"
  | "civility"
  | "person"
  | "identity"
  | "birth"
  | "flat"
  | "special"
  | "likely"
  | "script";

/** What a text is for: words of a crew, or what a site is looked for by, which may hold names of people and streets. */
export type Purpose = "remark" | "place";

/** Rules that no name of a place has a reason to break: `PLACE_NAME` of `src/privacy/rule.rs`. */
const PLACE: readonly string[] = ["phone", "email", "plate", "identity", "birth", "civility"] satisfies Rule[];

let book: Rulebook | undefined;

/** The first rule that a text breaks which is for `purpose`, or null. */
export function brokenRule(text: string, purpose: Purpose): Rule | null {
  book ??= new Rulebook({ rules, lexicon, numbers, firstNames, surnames, vocabulary, weights });
  return book.broken(text, (rule) => purpose === "remark" || PLACE.includes(rule)) as Rule | null;
}
