import { describe, expect, it } from "vitest";

import { PALETTES } from "../map/palette";
import { apart, seenBy, VISION } from "./colour-vision";
import { colours, RAMPS } from "./ramps";

describe.each(RAMPS)("the colours of %s", (ramp) => {
  describe.each(["dark", "light"] as const)("in the %s theme", (theme) => {
    it.each(Object.keys(VISION))("are told apart and in order to %s", (vision) => {
      for (let count = 2; count <= 7; count++) {
        const seen = colours(ramp, count, theme).map((hex) => seenBy(vision, hex));
        for (const [at, colour] of seen.slice(1).entries()) {
          const before = seen[at] ?? colour;
          const lighter = colour[0] - before[0];
          expect(theme === "dark" ? lighter : -lighter, `${count} classes, ${at + 1}`).toBeGreaterThan(2);
          // Three times the least difference that is seen at all.
          expect(apart(colour, before), `${count} classes, ${at + 1}`).toBeGreaterThan(3 * 2.3);
        }
      }
    });

    it("has its highest class stand out most from the ground", () => {
      const ground = seenBy("usual", PALETTES[theme].ground);
      const lightness = colours(ramp, 5, theme).map((hex) => Math.abs(seenBy("usual", hex)[0] - ground[0]));
      expect(Math.max(...lightness)).toBe(lightness.at(-1));
    });
  });
});
