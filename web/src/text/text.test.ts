import { describe, expect, it } from "vitest";

import { en as analysisEn } from "../analysis/texts.en";
import { fr as analysisFr } from "../analysis/texts.fr";
import { en as hotSpotsEn } from "../hotspots/texts.en";
import { fr as hotSpotsFr } from "../hotspots/texts.fr";
import { en as portraitEn } from "../portrait/texts.en";
import { fr as portraitFr } from "../portrait/texts.fr";
import { en as roomEn } from "./en";
import { formatter } from "./format";
import { fr as roomFr } from "./fr";
import { fill, type Message } from "./message";

const texts = (messages: Record<string, Message>): [key: string, text: string][] =>
  Object.entries(messages).flatMap(([key, message]) =>
    typeof message === "string" ? [[key, message]] : [[key, message.one], [key, message.other]],
  ) as [string, string][];

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

const PAGES: [page: string, fr: Record<string, Message>, en: Record<string, Message>][] = [
  ["the room", roomFr, roomEn],
  ["the analysis", analysisFr, analysisEn],
  ["the hot spots", hotSpotsFr, hotSpotsEn],
  ["the portrait", portraitFr, portraitEn],
];

describe.each(PAGES)("the two languages of %s", (_, fr, en) => {
  it("have the same keys", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
  });

  it("have the same values to fill in", () => {
    const english = texts(en);
    for (const [index, [key, text]] of texts(fr).entries()) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(english[index]?.[1] ?? "")]);
    }
  });

  it("leave no text empty", () => {
    for (const [key, text] of [...texts(fr), ...texts(en)]) expect(text.trim(), key).not.toBe("");
  });
});

describe.each(PAGES)("French typography of %s", (_, fr) => {
  const cases = texts(fr);

  it("never lets a line begin with a colon, a question mark or a closing guillemet", () => {
    for (const [key, text] of cases) expect(text, key).not.toMatch(/ [:;?!»]|« /);
  });

  it("uses the curly apostrophe and guillemets", () => {
    for (const [key, text] of cases) expect(text, key).not.toMatch(/['"]/);
  });

  it("keeps a number and its unit together", () => {
    for (const [key, text] of cases) expect(text, key).not.toMatch(/\d (?:m|km|min|h|jours|mois|heures)\b/);
  });
});

describe("numbers", () => {
  const cases: [lang: "fr" | "en", is: string, expected: string][] = [
    ["fr", formatter("fr", "Europe/Paris").number(1234567), "1\u202f234\u202f567"],
    ["en", formatter("en", "Europe/Paris").number(1234567), "1,234,567"],
    ["fr", formatter("fr", "Europe/Paris").measure(12.345), "12,3"],
    ["fr", formatter("fr", "Europe/Paris").measure(1.2345), "1,23"],
    ["fr", formatter("fr", "Europe/Paris").measure(123.45), "123"],
    ["fr", formatter("fr", "Europe/Paris").distance(7.4), "7\u00a0m"],
    ["fr", formatter("fr", "Europe/Paris").distance(347), "350\u00a0m"],
    ["fr", formatter("fr", "Europe/Paris").distance(996), "1\u00a0km"],
    ["fr", formatter("fr", "Europe/Paris").distance(1249), "1,2\u00a0km"],
    ["en", formatter("en", "Europe/Paris").distance(12_400), "12\u00a0km"],
    ["fr", formatter("fr", "Europe/Paris").age(59.4), "59\u00a0s"],
    ["fr", formatter("fr", "Europe/Paris").age(61), "1\u00a0min"],
    ["fr", formatter("fr", "Europe/Paris").age(2 * 3600 + 5 * 60), "2\u00a0h\u00a005"],
    ["fr", formatter("fr", "Europe/Paris").age(49 * 3600), "2\u00a0j"],
    ["en", formatter("en", "Europe/Paris").age(49 * 3600), "2\u00a0d"],
    ["fr", formatter("fr", "Europe/Paris").age(-3), "0\u00a0s"],
    ["fr", formatter("fr", "Europe/Paris").clock(new Date("2026-11-24T01:14:09Z")), "02:14:09"],
    ["fr", formatter("fr", "Europe/Paris").weekday(0), "lun."],
    ["en", formatter("en", "Europe/Paris").weekday(6), "Sun"],
    ["fr", formatter("fr", "Europe/Paris").hour(2), "2\u00a0h"],
    ["en", formatter("en", "Europe/Paris").hour(2), "02:00"],
  ];
  it.each(cases)("%s: %s", (_, is, expected) => {
    expect(is).toBe(expected);
  });
});

describe("fill", () => {
  const french = [new Intl.PluralRules("fr"), new Intl.NumberFormat("fr-FR")] as const;
  const message = { one: "{n} incident", other: "{n} incidents" };

  it("counts nought as singular in French and as plural in English", () => {
    expect(fill(message, { n: 0 }, ...french)).toBe("0 incident");
    expect(fill(message, { n: 0 }, new Intl.PluralRules("en"), new Intl.NumberFormat("en-GB"))).toBe("0 incidents");
  });

  it("writes numbers as the language does and leaves texts alone", () => {
    expect(fill(message, { n: 1234 }, ...french)).toBe("1\u202f234 incidents");
    expect(fill("{a} {b}", { a: "1234" }, ...french)).toBe("1234 {b}");
  });
});
