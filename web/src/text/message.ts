/** A text, or one for each grammatical number. `{name}` stands for a value. */
export type Message = string | { readonly one: string; readonly other: string };

export type Messages = Readonly<Record<string, Message>>;

/** The texts of another language: the same keys, with the same grammatical numbers. A missing one does not compile. */
export type Same<T> = { readonly [K in keyof T]: T[K] extends string ? string : { readonly one: string; readonly other: string } };

export type Values = Readonly<Record<string, string | number>>;

/** Fills in `message`: `count` chooses the grammatical number, `values` the rest. */
export function fill(
  message: Message,
  values: Values,
  plural: Intl.PluralRules,
  number: Intl.NumberFormat,
): string {
  const count = values["n"];
  const text =
    typeof message === "string"
      ? message
      : plural.select(typeof count === "number" ? count : 0) === "one"
        ? message.one
        : message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number.format(value) : value;
  });
}
