import { describe, expect, it } from "vitest";

import type { Alert, Incident, Patrol, Situation } from "../api/shapes";
import { isOver, NOTHING, readNews, withNews, type News, type Picture } from "./picture";

const incident = (id: string, status = "received"): Incident =>
  ({ type: "Feature", id, geometry: null, properties: { id, status } }) as unknown as Incident;

const patrol = (id: string, recorded_at: string, lon: number, status = "available"): Patrol =>
  ({
    type: "Feature",
    id,
    geometry: { type: "Point", coordinates: [lon, 48] },
    properties: { id, status, recorded_at, accuracy_m: 5, stale: true, position_off_at: null },
  }) as unknown as Patrol;

const alert = (id: string, state: Alert["state"]): Alert => ({ id, state }) as unknown as Alert;

const situation = (id: string, times: number, closed_at: string | null = null): Situation => ({ id, times, closed_at }) as unknown as Situation;

const after = (...news: News[]): Picture => news.reduce(withNews, NOTHING);
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 24, 20, 0, seconds)).toISOString();

describe("the picture", () => {
  it("is a fold of the news", () => {
    const now = after(
      { type: "incident", incident: incident("a") },
      { type: "incident", incident: incident("b") },
      { type: "incident", incident: incident("a", "closed") },
      { type: "alert", alert: alert("s", "raised") },
    );
    expect([...now.incidents.values()].map(({ id, properties }) => [id, properties.status])).toEqual([
      ["a", "closed"],
      ["b", "received"],
    ]);
    expect([...now.incidents.values()].map(isOver)).toEqual([true, false]);
    expect(now.alerts.get("s")?.state).toBe("raised");
  });

  it("drops an incident that has gone, and nothing else", () => {
    const gone = readNews({ event: "incident", data: JSON.stringify({ id: "a", gone: true }) });
    const now = after({ type: "incident", incident: incident("a") }, { type: "incident", incident: incident("b") });
    expect(gone).toEqual({ type: "gone", id: "a" });
    expect([...withNews(now, gone as News).incidents.keys()]).toEqual(["b"]);
  });

  it("has a situation from when it is found until it is over", () => {
    const read = (one: Situation): News => readNews({ event: "situation", data: JSON.stringify(one) }) as News;
    const found = after(read(situation("a", 1)), read(situation("b", 1)), read(situation("a", 2)));
    expect([...found.situations.values()].map(({ id, times }) => [id, times])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect([...withNews(found, read(situation("a", 2, at(9)))).situations.keys()]).toEqual(["b"]);
    expect(withNews(found, read(situation("never heard of", 1, at(9)))).situations).toBe(found.situations);
  });

  it("moves a known patrol forward in time only, and hears it again", () => {
    const known = after({ type: "patrol", patrol: patrol("p", at(10), 2) });
    const position = (seconds: number, lon: number): News => ({
      type: "positions",
      positions: [
        { id: "p", lon, lat: 49, recorded_at: at(seconds), accuracy_m: 8 },
        { id: "nobody", lon, lat: 49, recorded_at: at(seconds), accuracy_m: 8 },
      ],
    });
    expect(withNews(known, position(9, 7)).patrols.get("p")?.geometry).toEqual({ type: "Point", coordinates: [2, 48] });
    const moved = withNews(known, position(11, 3));
    expect(moved.patrols.get("p")?.geometry).toEqual({ type: "Point", coordinates: [3, 49] });
    expect(moved.patrols.get("p")?.properties).toMatchObject({ recorded_at: at(11), accuracy_m: 8, stale: false });
    expect([...moved.patrols.keys()]).toEqual(["p"]);
  });

  it("does not move a patrol whose crew has switched its position off", () => {
    const shown = patrol("p", at(10), 2);
    const off = { ...shown, geometry: null, properties: { ...shown.properties, recorded_at: null, position_off_at: at(12) } };
    const now = after({ type: "patrol", patrol: shown }, { type: "patrol", patrol: off });
    expect(now.patrols.get("p")?.geometry).toBeNull();
    const late: News = { type: "positions", positions: [{ id: "p", lon: 3, lat: 49, recorded_at: at(11), accuracy_m: 8 }] };
    expect(withNews(now, late).patrols.get("p")).toEqual(off);
  });

  it("takes the status of a patrol without its overtaken position", () => {
    const now = after(
      { type: "patrol", patrol: patrol("p", at(20), 3) },
      { type: "patrol", patrol: patrol("p", at(10), 2, "busy") },
    );
    expect(now.patrols.get("p")?.properties.status).toBe("busy");
    expect(now.patrols.get("p")?.geometry).toEqual({ type: "Point", coordinates: [3, 48] });
  });

  it("leaves alone what the news are not about, so that nothing is drawn for it", () => {
    const before = after({ type: "incident", incident: incident("a") });
    expect(withNews(before, { type: "positions", positions: [] }).incidents).toBe(before.incidents);
    expect(withNews(before, { type: "stock" })).toBe(before);
    const found = withNews(before, { type: "situation", situation: situation("s", 1) });
    expect(found.incidents).toBe(before.incidents);
  });
});

describe("a message", () => {
  const read = (event: string, data: string): News | null => readNews({ event, data });

  it("is read by its kind", () => {
    expect(read("hello", '{"seq":3,"server_time":"2026-11-24T20:00:00Z"}')).toEqual({ type: "hello", serverTime: "2026-11-24T20:00:00Z" });
    expect(read("reset", '{"seq":3}')).toEqual({ type: "reset" });
    expect(read("positions", '{"patrols":[]}')).toEqual({ type: "positions", positions: [] });
  });

  it("is left out where it is of no kind that is known, or no JSON", () => {
    expect(read("weather", "{}")).toBeNull();
    expect(read("incident", "{")).toBeNull();
  });
});
