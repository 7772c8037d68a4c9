// Text as the rules read it, in plain ASCII: the same steps as `src/privacy/folding.rs`.

export interface Folded {
  /** The text, of ASCII alone, with a blank at both ends. Case is kept. */
  readonly text: string;
  /** Whether it had letters or digits of a script that the rules cannot read. */
  readonly isForeign: boolean;
}

const PLAIN: Readonly<Record<string, string>> = {
  œ: "oe",
  Œ: "OE",
  æ: "ae",
  Æ: "AE",
  ß: "ss",
  ø: "o",
  Ø: "O",
  đ: "d",
  ð: "d",
  Đ: "D",
  Ð: "D",
  ł: "l",
  Ł: "L",
  ı: "i",
  ...each("‘’‛′ʼ`´", "'"),
  ...each("“”„«»‹›", '"'),
  ...each("‐‑‒–—―−", "-"),
  // `^` stands for what a mask has hidden, the others delimit words.
  ...each("<>=^", " "),
};
const INVISIBLE = /[\u{ad}\u{180e}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{fe00}-\u{fe0f}\u{feff}]/u;

export function folded(text: string): Folded {
  let plain = " ";
  let isForeign = false;
  for (const c of text.normalize("NFKD")) {
    if (/\p{M}/u.test(c) || INVISIBLE.test(c)) continue;
    let letters = PLAIN[c];
    if (letters === undefined) {
      if (c === "°" && /[0-9]$/.test(plain)) letters = "e ";
      else if (/^[!-~]$/.test(c)) letters = c;
      else {
        isForeign ||= /[\p{L}\p{N}]/u.test(c);
        letters = " ";
      }
    }
    if (letters !== " " || !plain.endsWith(" ")) plain += letters;
  }
  return { text: plain.endsWith(" ") ? plain : `${plain} `, isForeign };
}

function each(signs: string, letters: string): Record<string, string> {
  return Object.fromEntries([...signs].map((sign) => [sign, letters]));
}
