// Patterns over rows of tagged words, as regular expressions: the same as `src/privacy/pattern.rs`, which tells the signs.

export function ofRow(pattern: string): string {
  return pattern.split(/ +/).map(element).join("");
}

function element(text: string): string {
  const [, word = text, often = ""] = /^(.+?)(\?|\{[^{]*\})?$/.exec(text) ?? [];
  const [, letters, tags] = /^([^<]*)<(.*)>$/.exec(word) ?? [];
  let one: string;
  if (tags !== undefined) one = letters ? ` (?:${letters})=${tagged(tags)}>` : ` [^=]+=${tagged(tags)}>`;
  else if (word === "_") one = " [^=]+=[^>]*>";
  else one = ` (?:${word})=[^>]*>`;
  return often === "" ? one : `(?:${one})${often}`;
}

function tagged(tags: string): string {
  const [wanted = "", unwanted = ""] = tags.split("-");
  const any = `[^>${unwanted}]*`;
  const [one = "", other] = wanted.split("+");
  if (one === "") return any;
  if (other === undefined) return `${any}[${one}]${any}`;
  return `(?:${any}[${one}]${any}[${other}]${any}|${any}[${other}]${any}[${one}]${any})`;
}
