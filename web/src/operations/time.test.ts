import { describe, expect, it } from "vitest";

import { addDays, dayAt, dayNumber, dayOfNumber, eveningStart, isNight, monthsBetween, parseDay, shiftEnd, startOfDay } from "./day";
import { countFilters, filtersOf, heatQuery, resolutionAt } from "./filters";
import { includesHour, parseHours, parseWeekdays, printHours, wraps } from "./hours";
import { DEFAULT_VIEW } from "./view";

const PARIS = "Europe/Paris";

describe("hours", () => {
  const cases: [string, { from: number; to: number } | null][] = [
    ["18-2", { from: 18, to: 2 }],
    ["9-17", { from: 9, to: 17 }],
    ["22-24", { from: 22, to: 24 }],
    ["0-24", null],
    ["7-7", null],
    ["24-3", null],
    ["3-25", null],
    ["-1-3", null],
    ["night", null],
  ];
  it.each(cases)("%s", (text, expected) => {
    expect(parseHours(text)).toEqual(expected);
    if (expected !== null) expect(printHours(expected)).toBe(text);
  });

  it("wrap past midnight", () => {
    const night = { from: 18, to: 2 };
    const inside = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => includesHour(night, hour));
    expect(inside).toEqual([0, 1, 18, 19, 20, 21, 22, 23]);
    expect(wraps(night)).toBe(true);
  });

  it("end at midnight without wrapping", () => {
    const evening = { from: 18, to: 0 };
    expect(includesHour(evening, 23)).toBe(true);
    expect(includesHour(evening, 0)).toBe(false);
    expect(wraps(evening)).toBe(false);
  });
});

describe("the end of a shift", () => {
  it.each([
    ["2026-11-24T20:00:00Z", "2026-11-25T05:00:00.000Z"],
    ["2026-11-25T03:59:00Z", "2026-11-25T05:00:00.000Z"],
    ["2026-11-25T04:00:00Z", "2026-11-26T05:00:00.000Z"],
    ["2026-03-28T22:00:00Z", "2026-03-29T04:00:00.000Z"],
    ["2026-10-24T21:00:00Z", "2026-10-25T05:00:00.000Z"],
  ])("after %s is %s, six in the morning in Paris", (now, end) => {
    expect(shiftEnd(new Date(now), PARIS).toISOString()).toBe(end);
  });
});

describe("days of the week", () => {
  it("keep their order, and all of them are none", () => {
    expect(parseWeekdays("sat,fri,nonsense")).toEqual(["fri", "sat"]);
    expect(parseWeekdays("mon,tue,wed,thu,fri,sat,sun")).toEqual([]);
  });
});

describe("civil days", () => {
  it("begin at the midnight of Paris, in winter, in summer and when clocks change", () => {
    expect(startOfDay("2026-01-15", PARIS)).toBe("2026-01-14T23:00:00Z");
    expect(startOfDay("2026-07-15", PARIS)).toBe("2026-07-14T22:00:00Z");
    expect(startOfDay("2026-03-29", PARIS)).toBe("2026-03-28T23:00:00Z");
    expect(startOfDay("2026-03-30", PARIS)).toBe("2026-03-29T22:00:00Z");
    expect(startOfDay("2026-10-26", PARIS)).toBe("2026-10-25T23:00:00Z");
  });

  it("are told from instants in Paris", () => {
    expect(dayAt(new Date("2026-01-14T23:30:00Z"), PARIS)).toBe("2026-01-15");
  });

  it("add and subtract over months", () => {
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(dayOfNumber(dayNumber("2028-02-29"))).toBe("2028-02-29");
  });

  it("that do not exist are refused", () => {
    expect(["2026-02-30", "2026-2-3", "today"].map(parseDay)).toEqual([null, null, null]);
  });

  it("list the months between two of them", () => {
    expect(monthsBetween("2025-11-20", "2026-02-01")).toEqual(["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]);
  });
});

describe("what the API is asked", () => {
  const now = new Date("2026-11-24T02:00:00Z");

  it("holds the window as instants, its last day included", () => {
    const view = { ...DEFAULT_VIEW, window: { from: "2026-10-01", to: "2026-10-31" } };
    expect(heatQuery(view, 13, now, PARIS)).toEqual({
      cell: "h3:9",
      metric: "count",
      from: "2026-09-30T22:00:00Z",
      to: "2026-10-31T23:00:00Z",
    });
  });

  it("counts today among the last days", () => {
    const view = { ...DEFAULT_VIEW, window: { last: 7 } };
    expect(heatQuery(view, 13, now, PARIS)).toMatchObject({ from: "2026-11-17T23:00:00Z", to: "2026-11-24T23:00:00Z" });
  });

  it("has no bounds for all time", () => {
    expect(heatQuery({ ...DEFAULT_VIEW, window: "all" }, 13, now, PARIS)).not.toHaveProperty("from");
  });

  it("holds every filter, and the page counts them", () => {
    const view = {
      ...DEFAULT_VIEW,
      kinds: ["OCC-HAL", "NUI-MUS"],
      landlords: ["a"],
      hours: { from: 18, to: 2 },
      days: ["fri" as const],
      withoutRounds: true,
    };
    expect(filtersOf(view)).toEqual({
      kind: "OCC-HAL,NUI-MUS",
      landlord: "a",
      hours: "18-2",
      days: "fri",
      channel: "call,caretaker,partner,sensor",
    });
    expect(countFilters(view)).toBe(6);
    // Published counts are not divided by hours, days and channels.
    expect(filtersOf(view, true)).toEqual({ kind: "OCC-HAL,NUI-MUS", landlord: "a" });
  });

  it("refines hexagons with the zoom unless a size was chosen", () => {
    expect([9, 11, 13, 16].map(resolutionAt)).toEqual([7, 8, 9, 10]);
    expect(heatQuery({ ...DEFAULT_VIEW, resolution: "8" }, 16, now, PARIS).cell).toBe("h3:8");
    expect(heatQuery({ ...DEFAULT_VIEW, cell: "grid" }, 16, now, PARIS).cell).toBe("grid:200");
    expect(heatQuery({ ...DEFAULT_VIEW, cell: "landlord" }, 16, now, PARIS).cell).toBe("landlord");
  });
});

describe("an evening", () => {
  it("goes from noon to noon in the time of the room", () => {
    expect(eveningStart(new Date("2026-11-25T01:30:00Z"), "Europe/Paris")).toBe("2026-11-24T11:00:00Z");
    expect(eveningStart(new Date("2026-11-24T11:00:00Z"), "Europe/Paris")).toBe("2026-11-24T11:00:00Z");
    expect(eveningStart(new Date("2026-07-14T09:59:59Z"), "Europe/Paris")).toBe("2026-07-13T10:00:00Z");
  });
});

describe("the night", () => {
  it("goes from 22:00 to 06:00 in the time of the room, whatever that of the server is", () => {
    const nights = ["20:59", "21:00", "23:30", "04:59", "05:00"].map((time) => isNight(new Date(`2026-11-24T${time}:00Z`), "Europe/Paris"));
    expect(nights).toEqual([false, true, true, true, false]);
  });
});
