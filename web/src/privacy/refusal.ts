// Whether a remark may be kept. The rules are those of the server, from the same files, so that a crew learns at once, and
// without a network, what the server would refuse.

import firstNames from "../../../src/privacy/rules/first-names.txt?raw";
import lexicon from "../../../src/privacy/rules/lexicon.txt?raw";
import numbers from "../../../src/privacy/rules/numbers.txt?raw";
import rules from "../../../src/privacy/rules/rules.txt?raw";
import surnames from "../../../src/privacy/rules/surnames.txt?raw";
import vocabulary from "../../../src/privacy/rules/vocabulary.txt?raw";
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
  | "script";

let book: Rulebook | undefined;

/** The first rule that a remark breaks, or null. */
export function brokenRule(text: string): Rule | null {
  book ??= new Rulebook({ rules, lexicon, numbers, firstNames, surnames, vocabulary });
  return book.broken(text) as Rule | null;
}
