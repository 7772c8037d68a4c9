/** How each thing that a crew does stands in the outbox. */
import type { Fix, Incident, Report, Stage } from "./contract";
import type { Item } from "./outbox";

/** When something is done. */
export interface Moment {
  localMs: number;
  offsetMs: number | null;
}

/** Which crew does it. */
export interface Duty {
  patrol: string;
  callsign: string;
  crew: number;
  /** On a break: not to be sent, and not followed. */
  paused: boolean;
  /** The crew lets itself be followed. */
  sharing: boolean;
  /** Over, as soon as everything was sent. */
  ending: boolean;
}

type Part = Pick<Item, "kind" | "chain" | "path" | "body"> & Partial<Item>;

function item(moment: Moment, part: Part): Item {
  return {
    key: crypto.randomUUID(),
    method: "POST",
    to: null,
    incident: null,
    siteCode: null,
    fix: null,
    sealed: null,
    tries: 0,
    refusal: null,
    kept: false,
    ...moment,
    ...part,
  };
}

function transition(moment: Moment, { id, site_code }: Incident, chain: string, body: Record<string, unknown>, part: Partial<Item>): Item {
  const path = `/api/v1/incidents/${encodeURIComponent(id)}/transitions`;
  return item(moment, { kind: "step", chain, path, body: { ...body, actor: "patrol" }, incident: id, siteCode: site_code, ...part });
}

export function stepItem(moment: Moment, duty: Duty, incident: Incident, to: Stage): Item {
  return transition(moment, incident, `mission:${incident.id}`, { to, patrol: duty.patrol }, { to });
}

export function reportItem(moment: Moment, incident: Incident, report: Report): Item {
  return transition(moment, incident, `mission:${incident.id}`, { to: "reported", report }, { kind: "report", to: "reported" });
}

/** A refused report as a new one, without what the server did not take of it. */
export function withoutRemark(refused: Item): Item {
  const { remark: _refused, ...report } = refused.body["report"] as Report;
  const body = { ...refused.body, report };
  return { ...refused, body, key: crypto.randomUUID(), sealed: null, tries: 0, refusal: null, kept: false };
}

/** Not in the mission's chain: a request for help from colleagues that is refused must not hold up the report. */
export function reinforcementItem(moment: Moment, incident: Incident): Item {
  return transition(moment, incident, `reinforcement:${incident.id}`, { to: "reinforced" }, { kind: "reinforcement" });
}

/** Not in the mission's chain either: that a crew was well some time ago must not hold up what it did since. */
export function checkInItem(moment: Moment, duty: Duty, incident: Incident): Item {
  return transition(moment, incident, `check-in:${incident.id}`, { to: "checked_in", patrol: duty.patrol }, { kind: "check_in" });
}

export function sosItem(moment: Moment, duty: Duty, incident: Incident | null, fix: Fix | null): Item {
  return item(moment, {
    kind: "sos",
    chain: "sos",
    path: "/api/v1/alerts",
    body: { kind: "sos", patrol: duty.patrol },
    incident: incident?.id ?? null,
    siteCode: incident?.site_code ?? null,
    fix,
  });
}

/** Says also whether the patrol lets itself be followed: the server logs it. */
export function dutyItem(moment: Moment, { patrol, callsign, crew, sharing }: Duty, status: "available" | "off_duty"): Item {
  return item(moment, {
    kind: "duty",
    chain: "duty",
    method: "PUT",
    path: `/api/v1/patrols/${encodeURIComponent(patrol)}`,
    body: { callsign, crew, status, sharing },
  });
}
