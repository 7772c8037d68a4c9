import { expect, it } from "vitest";

import { DEFAULT_VIEW, parseView, printView, type View } from "./view";

it.each<[string, Partial<View>]>([
  ["", {}],
  ["indicator=filosofi:DISP_MED18&classes=7", { indicator: "filosofi:DISP_MED18", classes: 7 }],
  ["method=manual&breaks=10,15.5,-2", { method: "manual", breaks: [10, 15.5, -2] }],
  ["ramp=violet&tract=751010101", { ramp: "violet", tract: "751010101" }],
  ["sort=name,asc", { sort: "name", descending: false }],
  ["sort=rate,desc&lang=en&theme=dark", { sort: "rate", descending: true, lang: "en", theme: "dark" }],
])("%s is read and written back", (hash, change) => {
  const view = { ...DEFAULT_VIEW, ...change };
  expect(parseView(`#${hash}`)).toEqual(view);
  expect(printView(view)).toBe(hash);
});

it.each(["method=other", "method=manual", "method=manual&breaks=a,b", "classes=12", "breaks=a,b", "ramp=red", "sort=,", "sort=colour", "lang=de", "theme=grey"])("%s is left at its default", (hash) => {
  expect(parseView(hash)).toEqual(DEFAULT_VIEW);
});
