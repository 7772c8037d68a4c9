/** The map engine, which the page leaves for the console and the tests. */
interface Window {
  vigie?: { map: import("maplibre-gl").Map };
}
