import { expect, it } from "vitest";

import { nextPage } from "./session";

it("goes on to a page of ours, whatever the address says", () => {
  expect(nextPage("?next=%2Fpatrol")).toBe("/patrol");
  expect(nextPage("?next=%2F%23panel%3Dboard%26lang%3Den")).toBe("/#panel=board&lang=en");
  for (const elsewhere of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/?x=<b>"]) {
    expect(nextPage(`?next=${encodeURIComponent(elsewhere)}`)).toBe("/");
  }
  expect(nextPage("")).toBe("/");
});
