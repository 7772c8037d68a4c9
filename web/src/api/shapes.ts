/** Short names for the shapes that the client reads and writes, all of them from the generated document. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Meta = Schemas["Meta"];
export type Kind = Schemas["Kind"];
export type Priority = Schemas["Priority"];
export type Problem = Schemas["Problem"];
export type Geometry = Schemas["Geometry"];
export type Landlord = Schemas["Feature_LandlordProperties"];
export type Site = Schemas["Feature_SiteProperties"];
export type SiteDetails = Schemas["Feature_SiteDetails"];
export type Building = Schemas["Feature_BuildingProperties"];
export type Surrounding = Schemas["Feature_SurroundingProperties"];
export type Located = Schemas["LocateAnswer"];
export type Incident = Schemas["Feature_IncidentProperties"];
export type Channel = Schemas["Channel"];
export type NewIncident = Schemas["IncidentBody"];
export type RecordedIncident = Schemas["ReceivedIncident"];
export type Patrol = Schemas["Feature_PatrolProperties"];
export type PatrolStatus = Schemas["PatrolStatus"];
export type Nearest = Schemas["NearestPatrols"];
export type PassedOver = Schemas["PassedOver"];
export type Heat = Schemas["HeatmapCells"];
export type HeatCell = Schemas["Feature_CellProperties"];

/** What can be read with `GET` and without a name in its path. */
export type ReadPath = {
  [P in keyof paths]: paths[P]["get"] extends { parameters: { path?: never } } ? P : never;
}[keyof paths];

type Content<R> = R extends { responses: { 200: { content: infer C } } } ? C[keyof C] : never;

/** What `GET path` answers. */
export type Body<P extends keyof paths> = Content<paths[P]["get"]>;

/** What `GET path` may be asked. */
export type Query<P extends ReadPath> = paths[P]["get"] extends { parameters: { query?: infer Q } }
  ? [NonNullable<Q>] extends [never]
    ? Record<string, never>
    : NonNullable<Q>
  : never;
