import { describe, expect, it } from "vitest";

import { DEFAULT_VIEW, parseView, printView, type View } from "./view";

describe("the address", () => {
  it("is empty for the view that one begins with", () => {
    expect(printView(DEFAULT_VIEW)).toBe("");
    expect(parseView("")).toEqual(DEFAULT_VIEW);
  });

  it("is read back as it was written", () => {
    const view: View = {
      origin: "patrol",
      cell: "h3:9",
      months: 3,
      family: "OCC",
      picture: "density",
      bandwidth: 500,
      zone: "891fb4674a7ffff",
      lang: "en",
      theme: "dark",
    };
    expect(printView(view)).toBe("origin=patrol&cell=h3:9&months=3&family=OCC&picture=density&bandwidth=500&zone=891fb4674a7ffff&lang=en&theme=dark");
    expect(parseView(`#${printView(view)}`)).toEqual(view);
  });

  it("leaves what makes no sense at its default", () => {
    expect(parseView("#origin=x&cell=landlord&months=7&family=<b>&picture=&bandwidth=9&lang=de&theme=pink")).toEqual(DEFAULT_VIEW);
  });
});
