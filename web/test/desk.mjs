// Another desk, and the crews, as the API sees them: what the tests do beside the page that they look at.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** @typedef {{ id: string, geometry: { coordinates: number[] }, properties: { code: string, name: string } }} Site */

export class Desk {
  #server;
  #nextSite;
  #crews = 0;

  /**
   * @param {import("./support.mjs").Server} server
   * @param {number} firstSite where to begin in the list of sites
   */
  constructor(server, firstSite) {
    this.#server = server;
    this.#nextSite = firstSite;
  }

  /**
   * @param {string} path
   * @param {object} body
   * @returns {Promise<any>}
   */
  async post(path, body) {
    const answer = await fetch(`${this.#server.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": randomUUID() },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  }

  /**
   * @param {string} incident
   * @param {string} to
   * @param {object} [more]
   */
  step(incident, to, more = {}) {
    return this.post(`incidents/${incident}/transitions`, { to, actor: "dispatcher", ...more });
  }

  /**
   * A site of the test's own: they are taken in turn, so that no test meets the incidents of another.
   * @returns {Promise<Site>}
   */
  async freshSite() {
    const { features } = await this.#server.get("sites?limit=200");
    const site = features[this.#nextSite++];
    assert.ok(site, "the demonstration has too few sites");
    return site;
  }

  /** A fresh site with instructions and access: one in six of the demonstration. */
  async briefedSite() {
    for (;;) {
      const site = await this.freshSite();
      const { properties } = await this.#server.get(`sites/${site.id}`);
      if (properties.instructions !== null && properties.access !== null) return { ...site, properties };
    }
  }

  /** @param {string} site @param {{ kind: string, until: string }[]} hazards */
  async flag(site, hazards) {
    const answer = await fetch(`${this.#server.url}/api/v1/sites/${site}/hazards`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ hazards }),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
  }

  /**
   * A crew that nobody else sends, or that one: at the site, available, large enough for anything.
   * @param {Site} site
   * @param {{ id: string, callsign: string }} [known]
   */
  async crewAt(site, known) {
    const number = known ? this.#crews : ++this.#crews;
    const crew = known ?? { id: `TEST-${number}`, callsign: `ESSAI ${number}` };
    const [lon, lat] = site.geometry.coordinates;
    const answer = await fetch(`${this.#server.url}/api/v1/patrols/${crew.id}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        callsign: crew.callsign,
        status: "available",
        crew: 4,
        position: { lon, lat, recorded_at: new Date().toISOString() },
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
    return crew;
  }
}
