/** The shapes of the API, in the form in which `npm run api` writes them from the server's OpenAPI document. */

type Listed<F> = {
  type: "FeatureCollection";
  features: F[];
  links: components["schemas"]["Link"][];
  numberMatched: number;
  numberReturned: number;
  timeStamp: string;
};

export interface components {
  schemas: {
    Link: { rel: string; href: string };
    Point: { type: "Point"; coordinates: number[] };
    Polygon: { type: "Polygon"; coordinates: number[][][] };
    MultiPolygon: { type: "MultiPolygon"; coordinates: number[][][][] };
    LineString: { type: "LineString"; coordinates: number[][] };
    MultiLineString: { type: "MultiLineString"; coordinates: number[][][] };
    Area: components["schemas"]["Polygon"] | components["schemas"]["MultiPolygon"];

    Problem: {
      type: string;
      title: string;
      status: number;
      detail?: string | null;
      errors?: { field: string; value?: unknown; reason: string }[];
    };
    Meta: {
      name: string;
      version: string;
      demo: boolean;
      demo_note: string | null;
      bounds: number[] | null;
      center: number[] | null;
      counts: {
        landlords: number;
        sites: number;
        buildings: number;
        dwellings: number;
        incidents: number;
        patrols: number;
        tracts: number;
      };
      seq: number;
      style_url: string | null;
      time_zone: string;
    };
    Kinds: { version: string | number; kinds: components["schemas"]["Kind"][] };
    Kind: {
      code: string;
      label_fr: string;
      label_en: string;
      priority: "P1" | "P2" | "P3" | "P4";
      family: string;
    };
    LandlordFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Polygon"] | null;
      properties: { id: string; name: string; sites: number; buildings: number; dwellings: number };
    };
    SiteFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Point"];
      properties: {
        code: string;
        name: string;
        landlord: string;
        landlord_name: string;
        dwellings: number;
        buildings: number | string[];
      };
    };
    BuildingFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Area"];
      properties: {
        id: string;
        site_code: string | null;
        landlord: string | null;
        height_m: number;
        levels: number | null;
        dwellings: number;
        halls: { label: string; lon: number; lat: number }[];
      };
    };
    SurroundingFeature: {
      type: "Feature";
      id?: string | number;
      geometry:
        | components["schemas"]["Area"]
        | components["schemas"]["LineString"]
        | components["schemas"]["MultiLineString"];
      properties: {
        class: "street" | "water" | "green" | "rail" | "building";
        name: string | null;
        rank: number | null;
        height_m?: number | null;
      };
    };
    Located: {
      site_code: string | null;
      building_id: string | null;
      method: "inside" | "nearest" | "none";
      distance_m: number | null;
      candidates: { site_code: string; building_id: string | null; distance_m: number }[];
    };
    NewIncident: {
      kind: string;
      channel: "call" | "patrol" | "caretaker" | "partner" | "sensor";
      reported_at?: string;
      location: { lon: number; lat: number } | { site_code: string };
      building_id?: string;
    };
    RecordedIncident: {
      id: string;
      site_code: string | null;
      building_id: string | null;
      status: string;
      seq: number;
    };
    IncidentFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Point"] | null;
      properties: {
        id: string;
        kind: string;
        priority: "P1" | "P2" | "P3" | "P4";
        channel: "call" | "patrol" | "caretaker" | "partner" | "sensor";
        status: string;
        reported_at: string;
        site_code: string | null;
        building_id: string | null;
        landlord: string | null;
        seq: number;
      };
    };
    PatrolFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Point"] | null;
      properties: {
        id: string;
        callsign: string;
        status: "available" | "busy" | "off_duty";
        crew: number | null;
        recorded_at: string | null;
        position_age_s: number | null;
        accuracy_m: number | null;
      };
    };
    NearestFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Point"];
      properties: {
        rank: number;
        callsign: string;
        status: "available" | "busy" | "off_duty";
        distance_m: number;
        position_age_s: number;
        why: string;
      };
    };
    Nearest: {
      type: "FeatureCollection";
      features: components["schemas"]["NearestFeature"][];
      target: { lon: number; lat: number; site_code: string | null };
      by: "line" | "road";
      passed_over: {
        patrol: string;
        callsign: string;
        reason: "busy" | "off_duty" | "no_position";
        distance_m: number | null;
      }[];
    };
    HeatFeature: {
      type: "Feature";
      id: string;
      geometry: components["schemas"]["Area"] | components["schemas"]["Point"];
      properties: {
        count: number;
        dwellings: number | null;
        rate_per_1000: number | null;
        density_per_km2: number | null;
        value: number | null;
      };
    };
    Heat: {
      type: "FeatureCollection";
      features: components["schemas"]["HeatFeature"][];
      total: number;
      unit: string;
      metric: string;
      filters: Record<string, unknown>;
      suppressed: number;
      max: number | null;
      span: { from: string | null; to: string | null } | null;
      cell: string;
    };
  };
}

type Read<Body, Query = Record<string, never>, Path = never> = {
  get: {
    parameters: { query?: Query; path: Path };
    responses: { 200: { content: { "application/json": Body } } };
  };
};
type Paged = { limit?: number; after?: string };

export interface paths {
  "/api/v1/meta": Read<components["schemas"]["Meta"]>;
  "/api/v1/kinds": Read<components["schemas"]["Kinds"]>;
  "/api/v1/landlords": Read<Listed<components["schemas"]["LandlordFeature"]>, Paged>;
  "/api/v1/sites": Read<
    Listed<components["schemas"]["SiteFeature"]>,
    Paged & { bbox?: string; landlord?: string; q?: string }
  >;
  "/api/v1/sites/{code}": Read<
    components["schemas"]["SiteFeature"],
    Record<string, never>,
    { code: string }
  >;
  "/api/v1/buildings": Read<
    Listed<components["schemas"]["BuildingFeature"]>,
    Paged & { bbox?: string; landlord?: string; site?: string; q?: string }
  >;
  "/api/v1/surroundings": Read<
    Listed<components["schemas"]["SurroundingFeature"]>,
    Paged & { bbox?: string; class?: string }
  >;
  "/api/v1/locate": Read<components["schemas"]["Located"], { lon: number; lat: number }>;
  "/api/v1/incidents": Read<
    Listed<components["schemas"]["IncidentFeature"]>,
    Paged & {
      from?: string;
      to?: string;
      kind?: string;
      site?: string;
      landlord?: string;
      bbox?: string;
      status?: string;
    }
  > & {
    post: {
      requestBody: { content: { "application/json": components["schemas"]["NewIncident"] } };
      responses: { 201: { content: { "application/json": components["schemas"]["RecordedIncident"] } } };
    };
  };
  "/api/v1/patrols": Read<Listed<components["schemas"]["PatrolFeature"]>, Paged>;
  "/api/v1/patrols/nearest": Read<
    components["schemas"]["Nearest"],
    { lon?: number; lat?: number; site?: string; incident?: string; k?: number; by?: string; available?: boolean }
  >;
  "/api/v1/heatmap": Read<
    components["schemas"]["Heat"],
    {
      cell: string;
      from?: string;
      to?: string;
      kind?: string;
      landlord?: string;
      bbox?: string;
      hours?: string;
      days?: string;
      channel?: string;
      metric?: string;
    }
  >;
}
