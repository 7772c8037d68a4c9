import { describe, expect, it } from "vitest";

import { DEFAULT_VIEW, parseRing, parseView, pathOf, polygonOf, printView, type View } from "./view";

const read = (address: string): View => {
  const [pathname = "", hash = ""] = address.split("#");
  return parseView(pathname, hash === "" ? "" : `#${hash}`);
};

describe("the address", () => {
  const views: View[] = [
    DEFAULT_VIEW,
    { ...DEFAULT_VIEW, of: "site", code: "PH-0754", lang: "en" },
    { ...DEFAULT_VIEW, of: "commune", code: "75104", theme: "light" },
    { ...DEFAULT_VIEW, of: "drawn", ring: [[2.36, 48.85], [2.37, 48.85], [2.37, 48.86]] },
    { ...DEFAULT_VIEW, subject: "noise" },
  ];
  it.each(views)("comes back as it was: %o", (view) => {
    expect(read(printView(view))).toEqual(view);
  });

  it("is the town where it makes no sense", () => {
    for (const address of ["/portrait#of=moon&code=1", "/portrait#of=site", "/portrait#of=drawn&ring=1,2;x,4;5,6"]) {
      expect(read(address).of, address).toBe("town");
    }
    expect(read("/subjects").subject).toBe("halls");
  });

  it("asks the server for the same", () => {
    expect(pathOf(read("/portrait"))).toBe("/api/v1/portraits/town/all");
    expect(pathOf(read("/portrait#of=site&code=A/B"))).toBe("/api/v1/portraits/site/A%2FB");
    expect(pathOf(read("/portrait#of=drawn&ring=1,2;3,4;5,6"))).toBe("/api/v1/portraits");
    expect(pathOf(read("/subjects/hours"))).toBe("/api/v1/subjects/hours");
  });
});

describe("a ring", () => {
  it("has three corners at least, on the globe", () => {
    expect(parseRing("1,2;3,4;5,6")).toHaveLength(3);
    for (const text of ["", "1,2;3,4", "1,2;3,4;5,96", "1,2,3;3,4;5,6", "1,;3,4;5,6"]) expect(parseRing(text), text).toEqual([]);
    expect(parseRing(Array(61).fill("1,2").join(";"))).toEqual([]);
  });

  it("is closed as GeoJSON wants it", () => {
    const { coordinates } = polygonOf([[2.361234567891, 48.85], [2.37, 48.85], [2.37, 48.86]]);
    expect(coordinates).toEqual([[[2.3612346, 48.85], [2.37, 48.85], [2.37, 48.86], [2.3612346, 48.85]]]);
  });
});
