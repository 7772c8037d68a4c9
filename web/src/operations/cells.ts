/** What a cell of the heatmap is called. */
import type { HeatCell } from "../api/shapes";
import { centreOf, pointOf, metresBetween } from "../map/geometry";
import type { Room } from "./room.svelte";

/** The landlord's name, the site's code and name, a tract by its code, or the site that a hexagon or square lies nearest to. */
export function cellName(cell: HeatCell, room: Room): string {
  const landlord = room.landlordNames.get(cell.id);
  if (landlord !== undefined) return landlord;
  const { sites } = room.stock;
  const own = sites.find((site) => site.id === cell.id);
  if (own) return `${own.properties.code} · ${own.properties.name}`;
  if (room.heat.answer?.cell === "site") return cell.id;
  if (room.heat.answer?.cell === "tract") return room.t("heat.tract", { code: cell.id });
  if (cell.geometry === null) return cell.id;
  const centre = centreOf(cell.geometry);
  let nearest: string | null = null;
  let least = Infinity;
  for (const site of sites) {
    const at = pointOf(site.geometry);
    if (at === null) continue;
    const distance = metresBetween(centre, at);
    if (distance < least) {
      least = distance;
      nearest = `${site.properties.code} · ${site.properties.name}`;
    }
  }
  return nearest === null ? cell.id : room.t("heat.near", { site: nearest });
}
