import { expect, it } from "vitest";

import type { Tract } from "../api/shapes";
import { csvOf, geoJsonOf, type About } from "./download";
import type { Row } from "./rows";

const about: About = {
  indicator: "filosofi:DISP_GI18",
  label: "Indice de Gini ; revenu",
  unit: null,
  source: "Insee, Filosofi",
  vintage: 2018,
  households: { source: "Insee, recensement", vintage: 2017 },
  method: "equal",
  edges: [0.2, 0.3, 0.4],
  incidents: { from: "2025-11-01T00:00:00Z", to: "2026-11-01T00:00:00Z", counts: "published" },
};
const known: Row = { code: "751010101", name: "Halles 1", kind: "H", vintage: 2013, value: 0.35, households: 310, band: 1, dwellings: 120, incidents: 10, rate: 83.333, small: false };
const unknown: Row = { code: "751010102", name: "=SUM(A1)", kind: "A", vintage: null, value: null, households: null, band: null, dwellings: 40, incidents: null, rate: null, small: true };

it("a table for a French spreadsheet", () => {
  const [heads, first, second, end] = csvOf([known, unknown], about, "fr").split("\r\n");
  expect(heads?.startsWith("\ufeffcode;name;kind;")).toBe(true);
  expect(first).toBe(
    '751010101;Halles 1;H;2013;filosofi:DISP_GI18;"Indice de Gini ; revenu";;0,35;2;0,3;0,4;Insee, Filosofi;2018;310;Insee, recensement;2017;120;10;83,333;2025-11-01T00:00:00Z;2026-11-01T00:00:00Z;published',
  );
  expect(second).toBe(
    "751010102;'=SUM(A1);A;;filosofi:DISP_GI18;\"Indice de Gini ; revenu\";;;;;;Insee, Filosofi;2018;;Insee, recensement;2017;40;<5;;2025-11-01T00:00:00Z;2026-11-01T00:00:00Z;published",
  );
  expect(end).toBe("");
});

it("has as many fields in each line, and a point in English", () => {
  const lines = csvOf([known], { ...about, label: "Gini" }, "en").trim().split("\r\n");
  expect(new Set(lines.map((line) => line.split(";").length))).toEqual(new Set([22]));
  expect(lines[1]).toContain(";0.35;");
});

it("a map that says what it shows", () => {
  const outline: NonNullable<Tract["geometry"]> = { type: "Polygon", coordinates: [[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48]]] };
  const tract: Tract = { type: "Feature", id: known.code, geometry: outline, properties: { code: known.code, name: "Halles 1", kind: "H", vintage: 2013, dwellings: 120, indicators: {} } };
  const read = JSON.parse(geoJsonOf([tract], [known, unknown], about)) as GeoJSON.FeatureCollection & Record<string, unknown>;
  expect(read["breaks"]).toEqual([0.2, 0.3, 0.4]);
  expect(read["source"]).toBe("Insee, Filosofi");
  expect(read.features[0]?.geometry).toEqual(outline);
  expect(read.features[0]?.properties).toMatchObject({ value: 0.35, class: 2, vintage: 2018, source: "Insee, Filosofi", households: 310, households_vintage: 2017 });
  expect(read.features[1]?.properties).toMatchObject({ value: null, class: null, incidents: "<5", incidents_per_1000_dwellings: null });
});
