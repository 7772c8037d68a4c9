import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { brokenRule } from "./refusal";

const folder = new URL("../../../tests/privacy/", import.meta.url);
const read = (name: string) =>
  readFileSync(new URL(name, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

describe("the filter of the web client", () => {
  it.each(["dev", "night", "rounds", "indirect", "varied", "voices", "held-out", "fresh", "unseen", "sealed"])("gives the verdicts of the server on every sentence of %s", (name) => {
    const sentences = read(`${name}.tsv`).map((line) => line.split("\t")[2] ?? "");
    const verdicts = sentences.map((sentence) => brokenRule(sentence, "remark") ?? "-");
    expect(verdicts).toEqual(read(`${name}.verdicts`));
  }, 60_000);

  it("gives them also on what a site is looked for by, which may hold names and streets", () => {
    const sentences = read("dev.tsv").map((line) => line.split("\t")[2] ?? "");
    const verdicts = sentences.map((sentence) => brokenRule(sentence, "place") ?? "-");
    expect(verdicts).toEqual(read("places.verdicts"));
  }, 60_000);
});
