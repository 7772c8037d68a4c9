/** Short names for the shapes that the client reads and writes, all of them from the generated document. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Meta = Schemas["Meta"];
export type Session = Schemas["Session"];
export type Account = Schemas["Account"];
export type NewAccount = Schemas["NewAccount"];
export type NewToken = Schemas["NewToken"];
export type PurgeRegister = Schemas["PurgeRegister"];
export type Hold = Schemas["Hold"];
export type NewHold = Schemas["NewHold"];
export type Mailing = Schemas["Mailing"];
export type Mailbox = Schemas["Mailbox"];
export type Settings = Schemas["Settings"];
export type AccessDay = Schemas["AccessDay"];
export type AccessLine = Schemas["AccessLine"];
export type AccessCheck = Schemas["AccessCheck"];
export type TotpEnrolment = Schemas["TotpEnrolment"];
export type RecoveryCodes = Schemas["RecoveryCodes"];
export type AccountWithPassword = Schemas["AccountWithPassword"];
export type AccountWithToken = Schemas["AccountWithToken"];
export type Kind = Schemas["Kind"];
export type Priority = Schemas["Priority"];
/** Only a conflict over an incident tells how far it has got. */
export type Problem = Schemas["Problem"];
export type Geometry = Schemas["Geometry"];
export type Landlord = Schemas["Feature_LandlordProperties"];
export type Site = Schemas["Feature_SiteProperties"];
export type SiteDetails = Schemas["Feature_SiteDetails"];
export type Hazard = Schemas["Hazard"];
export type HazardKind = Schemas["HazardKind"];
export type WantedHazard = Schemas["WantedHazard"];
export type Building = Schemas["Feature_BuildingProperties"];
export type Surrounding = Schemas["Feature_SurroundingProperties"];
export type Located = Schemas["LocateAnswer"];
export type Incident = Schemas["Feature_IncidentProperties"];
export type IncidentWithSteps = Schemas["Feature_IncidentWithSteps"];
export type IncidentStatus = Schemas["IncidentStatus"];
export type Channel = Schemas["Channel"];
export type NewIncident = Schemas["IncidentBody"];
export type RecordedIncident = Schemas["ReceivedIncident"];
/** What can be done to an incident. */
export type Transition = Schemas["Action"];
export type TransitionBody = Schemas["TransitionBody"];
export type Transitioned = Schemas["TakenStep"];
export type Step = Schemas["Step"];
export type Partner = Schemas["Partner"];
export type Outcome = Schemas["Outcome"];
export type PeopleBracket = Schemas["PeopleBracket"];
export type Reason = Schemas["Reason"];
export type Override = Schemas["OverrideReason"];
export type KpiGroup = Schemas["KpiGroup"];
/** How long something took, over the incidents for which it is known. */
export type Spread = Schemas["Spread"];
export type Patrol = Schemas["Feature_PatrolProperties"];
export type PatrolStatus = Schemas["PatrolStatus"];
type Ranked = Schemas["Feature_NearestProperties"];
/** The document has no word for a line. */
export type NearestPatrol = Omit<Ranked, "properties"> & {
  properties: Omit<Ranked["properties"], "route"> & { route: GeoJSON.LineString | null };
};
export type PassedOver = Schemas["PassedOver"];
export type Nearest = Omit<Schemas["NearestPatrols"], "features"> & { features: NearestPatrol[] };
export type Indicators = Schemas["Indicators"];
export type Dataset = Schemas["Dataset"];
export type Variable = Schemas["Variable"];
export type Tract = Schemas["Feature_TractProperties"];
/** How the figures of an indicator fall into classes. */
export type TractClasses = Schemas["TractClasses"];
export type Heat = Schemas["HeatmapCells"];
export type HeatCell = Schemas["Feature_CellProperties"];
export type Portrait = Schemas["Portrait"];
export type Subject = Schemas["Subject"];
export type PortraitRate = Schemas["PortraitRate"];
export type PortraitFigure = Schemas["PortraitFigure"];
export type DrawnPolygon = Schemas["DrawnPolygon"];

/** What can be read with `GET` and without a name in its path. */
export type ReadPath = {
  [P in keyof paths]: paths[P]["get"] extends { parameters: { path?: never } } ? P : never;
}[keyof paths];

/** Of a list that also comes as files, the page. */
type Content<R> = R extends { responses: { 200: { content: infer C } } } ? (C extends { "application/geo+json": infer J } ? J : C[keyof C]) : never;

/** What `GET path` answers. */
export type Body<P extends keyof paths> = Content<paths[P]["get"]>;

/** What `GET path` may be asked. */
export type Query<P extends ReadPath> = paths[P]["get"] extends { parameters: { query?: infer Q } }
  ? [NonNullable<Q>] extends [never]
    ? Record<string, never>
    : NonNullable<Q>
  : never;

export type Alert = Schemas["Alert"];
export type Resolution = Schemas["Resolution"];
/** What a rule of correlation has found: that signals and incidents go together, and nothing of why. */
export type Situation = Schemas["Situation"];

export type Position = { id: string; lon: number; lat: number; recorded_at: string; accuracy_m: number | null };

/** Zones, and which of them stand out from chance. */
export type HotSpots = Schemas["HotSpotZones"];
export type HotZone = Schemas["Feature_HotSpotZone"];
export type HotSeries = Schemas["HotSpotSeries"];
export type NearRepeats = Schemas["NearRepeats"];
export type Density = Schemas["DensitySurface"];
