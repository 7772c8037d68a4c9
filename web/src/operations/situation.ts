/** What a situation is called and where it is, as a list tells it. */
import type { Situation } from "../api/shapes";

/** What its rule is for; the name of the rule where nobody has said what for. */
export function whatOf({ about, rule }: Situation): string {
  return about === "" ? rule : about;
}

export interface Where {
  /** Code of the site that it is on, or on which it was last met. */
  code: string | null;
  /** What that site is called, or the landlord or territory that it is on; null where the code says it all. */
  name: string | null;
}

/** Where `situation` is: `everywhere` is said of one that is on no place. */
export function whereOf(situation: Situation, landlords: ReadonlyMap<string, string>, everywhere: string): Where {
  const { on, subject, site_code: code, site_name: name } = situation;
  switch (on) {
    case "site":
      return { code: code ?? subject, name: name === null || name === (code ?? subject) ? null : name };
    case "landlord":
      return { code, name: landlords.get(subject) ?? subject };
    case "territory":
      return { code, name: subject };
    case "everywhere":
      return { code, name: everywhere };
  }
}
