import { expect, it } from "vitest";

import { communeName } from "./names";

it("names arrondissements as people do, and leaves other communes their code", () => {
  const names = ["75101", "75120", "75121", "13216", "69381", "93066", "2A004"].map((code) => communeName(code, "fr"));
  expect(names).toEqual(["Paris\u00a01er", "Paris\u00a020e", "75121", "Marseille\u00a016e", "Lyon\u00a01er", "93066", "2A004"]);
  expect(communeName("75104", "en")).toBe("Paris\u00a04");
});
