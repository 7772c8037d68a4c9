/** Short names for the shapes that the client reads and writes. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Meta = Schemas["Meta"];
export type Kind = Schemas["Kind"];
export type Priority = Kind["priority"];
export type Problem = Schemas["Problem"];
export type Landlord = Schemas["LandlordFeature"];
export type Site = Schemas["SiteFeature"];
export type Building = Schemas["BuildingFeature"];
export type Surrounding = Schemas["SurroundingFeature"];
export type Located = Schemas["Located"];
export type Incident = Schemas["IncidentFeature"];
export type Channel = Schemas["NewIncident"]["channel"];
export type NewIncident = Schemas["NewIncident"];
export type RecordedIncident = Schemas["RecordedIncident"];
export type Patrol = Schemas["PatrolFeature"];
export type PatrolStatus = Patrol["properties"]["status"];
export type Nearest = Schemas["Nearest"];
export type NearestPatrol = Schemas["NearestFeature"];
export type PassedOver = Nearest["passed_over"][number];
export type Heat = Schemas["Heat"];
export type HeatCell = Schemas["HeatFeature"];

type GetOperation<P extends keyof paths> = paths[P]["get"];

/** What `GET path` answers. */
export type Body<P extends keyof paths> =
  GetOperation<P>["responses"][200]["content"] extends infer C ? C[keyof C] : never;

/** What `GET path` may be asked. */
export type Query<P extends keyof paths> = NonNullable<GetOperation<P>["parameters"]["query"]>;
