import { describe, expect, it } from "vitest";

import { DEFAULT_VIEW, parseView, printView, type View } from "./view";

const busy: View = {
  camera: { lon: 2.35222, lat: 48.85661, zoom: 13.25, bearing: -18, pitch: 55 },
  hidden: ["heat", "patrols"],
  cell: "grid",
  resolution: "9",
  metric: "rate",
  window: { from: "2026-01-01", to: "2026-03-31" },
  kinds: ["OCC-HAL", "NUI-MUS"],
  landlords: ["paris-habitat"],
  withoutRounds: true,
  hours: { from: 18, to: 2 },
  days: ["fri", "sat"],
  selection: { type: "point", lon: 2.35, lat: 48.85 },
  panel: "heat",
  lang: "en",
  theme: "light",
  letters: false,
};

describe("the address", () => {
  it("is empty for the view as it first opens", () => {
    expect(printView(DEFAULT_VIEW)).toBe("");
    expect(parseView("")).toEqual(DEFAULT_VIEW);
  });

  it("reads as a sentence", () => {
    expect(printView(busy)).toBe(
      "map=13.25/48.85661/2.35222/-18/55&hide=heat,patrols&cell=grid&res=9&metric=rate&window=2026-01-01..2026-03-31" +
        "&kind=OCC-HAL,NUI-MUS&landlord=paris-habitat&rounds=no&hours=18-2&days=fri,sat&at=point:2.35000,48.85000" +
        "&panel=heat&lang=en&theme=light&letters=off",
    );
  });

  const views: [string, Partial<View>][] = [
    ["everything set", busy],
    ["all time", { window: "all" }],
    ["last week", { window: { last: 7 } }],
    ["an incident", { selection: { type: "incident", id: "0192f000-0000-7000-8000-000000000001" } }],
    ["a site whose code holds a separator", { selection: { type: "site", code: "PH&0=754" } }],
    ["a landlord with a space", { landlords: ["a b"] }],
  ];
  it.each(views)("comes back the same: %s", (_, patch) => {
    const view = { ...DEFAULT_VIEW, ...patch };
    expect(parseView(`#${printView(view)}`)).toEqual(view);
  });

  const nonsense: string[] = [
    "map=a/b/c",
    "map=13/95/2",
    "cell=circle",
    "res=11",
    "metric=gi",
    "window=2026-02-30..2026-03-01",
    "window=2026-03-01..2026-02-01",
    "window=0d",
    "hours=25-3",
    "hours=5-5",
    "days=noday",
    "at=point:x,y",
    "at=site:",
    "at=nothing",
    "lang=de",
    "theme=pink",
    "hide=everything",
  ];
  it.each(nonsense)("falls back to the default for %s", (hash) => {
    expect(parseView(hash)).toEqual(DEFAULT_VIEW);
  });

  it("leaves language and theme to what this computer remembers", () => {
    expect(parseView("cell=grid", { ...DEFAULT_VIEW, lang: "en", theme: "light" })).toMatchObject({ lang: "en", theme: "light" });
  });
});
