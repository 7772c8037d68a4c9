/** The markers of the map, drawn here: shape tells what a thing is, colour only repeats it. */
import type { Priority } from "../api/shapes";
import type { Palette } from "./palette";

/** Device pixels per unit of the map, so that markers stay sharp on dense screens. */
export const PIXEL_RATIO = 2;

/** The most patrols that are numbered on the map. */
export const RANKS = 5;

type Draw = (context: CanvasRenderingContext2D, size: number) => void;

function render(size: number, draw: Draw): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * PIXEL_RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2D canvas to draw markers with");
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  context.lineJoin = "round";
  draw(context, size);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function polygon(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}

function digit(context: CanvasRenderingContext2D, text: string, x: number, y: number, px: number, colour: string): void {
  context.fillStyle = colour;
  context.font = `700 ${px}px "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}

/** P1 a triangle, P2 a large diamond, P3 a small one, P4 a small hollow one; each with its number. */
function incident(priority: Priority, p: Palette): ImageData {
  const colour = p.priority[priority];
  const size = 34;
  const middle = size / 2;
  return render(size, (context) => {
    if (priority === "P1") {
      polygon(context, [[middle, 2.5], [size - 2.5, size - 5], [2.5, size - 5]]);
    } else {
      const reach = priority === "P2" ? 14 : priority === "P3" ? 12 : 10.5;
      polygon(context, [[middle, middle - reach], [middle + reach, middle], [middle, middle + reach], [middle - reach, middle]]);
    }
    context.strokeStyle = p.halo;
    context.lineWidth = 4;
    context.stroke();
    context.fillStyle = priority === "P4" ? p.halo : colour;
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 1.6;
    context.stroke();
    const ink = priority === "P4" ? colour : p.halo;
    digit(context, priority.slice(1), middle, priority === "P1" ? middle + 4 : middle + 0.5, priority === "P1" ? 14 : 12, ink);
  });
}

/** A disc with a chevron: free to go. */
function available(p: Palette): ImageData {
  return render(26, (context) => {
    context.beginPath();
    context.arc(13, 13, 10, 0, 2 * Math.PI);
    context.fillStyle = p.patrol.available;
    context.fill();
    context.strokeStyle = p.halo;
    context.lineWidth = 2.5;
    context.stroke();
    context.beginPath();
    context.moveTo(8.5, 14.5);
    context.lineTo(13, 9.5);
    context.lineTo(17.5, 14.5);
    context.lineWidth = 2.6;
    context.lineCap = "round";
    context.stroke();
  });
}

/** A square with a bar: taken. */
function busy(p: Palette): ImageData {
  return render(26, (context) => {
    context.beginPath();
    context.roundRect(4, 4, 18, 18, 4);
    context.fillStyle = p.patrol.busy;
    context.fill();
    context.strokeStyle = p.halo;
    context.lineWidth = 2.5;
    context.stroke();
    context.fillStyle = p.halo;
    context.fillRect(8.5, 11.5, 9, 3);
  });
}

/** A ring: not to be counted on. */
function offDuty(p: Palette): ImageData {
  return render(26, (context) => {
    context.beginPath();
    context.arc(13, 13, 7.5, 0, 2 * Math.PI);
    context.strokeStyle = p.halo;
    context.lineWidth = 6;
    context.stroke();
    context.strokeStyle = p.patrol.off_duty;
    context.lineWidth = 2.5;
    context.setLineDash([4, 2.5]);
    context.stroke();
  });
}

function rank(number: number, p: Palette): ImageData {
  return render(22, (context) => {
    context.beginPath();
    context.arc(11, 11, 9, 0, 2 * Math.PI);
    context.fillStyle = p.target;
    context.fill();
    context.strokeStyle = p.halo;
    context.lineWidth = 2;
    context.stroke();
    digit(context, String(number), 11, 11.5, 12, p.halo);
  });
}

function target(p: Palette): ImageData {
  return render(44, (context) => {
    for (const [colour, width] of [[p.halo, 5], [p.target, 2]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(22, 22, 15, 0, 2 * Math.PI);
      for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]] as const) {
        context.moveTo(22 + x * 11, 22 + y * 11);
        context.lineTo(22 + x * 20, 22 + y * 20);
      }
      context.stroke();
    }
  });
}

/** Every marker by its name in the style. */
export function images(palette: Palette): Map<string, ImageData> {
  const all = new Map<string, ImageData>([
    ["patrol-available", available(palette)],
    ["patrol-busy", busy(palette)],
    ["patrol-off_duty", offDuty(palette)],
    ["target", target(palette)],
  ]);
  for (const priority of ["P1", "P2", "P3", "P4"] as const) all.set(`incident-${priority}`, incident(priority, palette));
  for (let number = 1; number <= RANKS; number++) all.set(`rank-${number}`, rank(number, palette));
  return all;
}
