/** The map engine, which the page leaves for the console and the tests. */
interface Window {
  vigie?: { map: import("maplibre-gl").Map };
}

/** The provider of the tests, which has no types of its own. */
declare module "oidc-provider";
