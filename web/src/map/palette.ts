/** Colours of the map in both themes. The page's own are in `design/tokens.css`. */
import type { Priority, PatrolStatus } from "../api/shapes";

export interface Palette {
  ground: string;
  water: string;
  green: string;
  rail: string;
  streets: [main: string, middle: string, small: string];
  surroundings: string;
  stock: string;
  stockLine: string;
  label: string;
  labelQuiet: string;
  halo: string;
  target: string;
  /** The way of the patrol that is proposed. */
  route: string;
  priority: Record<Priority, string>;
  patrol: Record<PatrolStatus, string>;
  /** Low to high. Lightness alone orders it, so it reads without colour vision and in print. */
  ramp: readonly string[];
  /** A cell without a value for the chosen measure. */
  noValue: string;
}

export const PALETTES: Record<"dark" | "light", Palette> = {
  dark: {
    ground: "#151b24",
    water: "#0d2433",
    green: "#18261f",
    rail: "#2b3442",
    streets: ["#34414f", "#2a3542", "#232d38"],
    surroundings: "#1d2631",
    stock: "#6b84a6",
    stockLine: "#9db6d6",
    label: "#d5dfeb",
    labelQuiet: "#7f90a3",
    halo: "#10151c",
    target: "#ffffff",
    route: "#47d7b2",
    priority: { P1: "#ff8076", P2: "#ffb84d", P3: "#86bdf7", P4: "#aab6c4" },
    patrol: { available: "#47d7b2", busy: "#c4a6ff", off_duty: "#7d8a99" },
    ramp: ["#3d2160", "#6a2670", "#99306b", "#c94b58", "#ec7739", "#f9ab3c", "#f8e08e"],
    noValue: "#3a4552",
  },
  light: {
    ground: "#eef0f1",
    water: "#c6dae6",
    green: "#d9e5d3",
    rail: "#c3c9d0",
    streets: ["#ffffff", "#ffffff", "#f9fafb"],
    surroundings: "#e0e3e7",
    stock: "#7189a6",
    stockLine: "#405a7a",
    label: "#1d2a38",
    labelQuiet: "#5d6b7a",
    halo: "#ffffff",
    target: "#10161d",
    route: "#08775f",
    priority: { P1: "#b3221a", P2: "#a35b00", P3: "#1a5fa8", P4: "#566372" },
    patrol: { available: "#08775f", busy: "#6a3cb8", off_duty: "#6c7885" },
    ramp: ["#fbe3a4", "#f8bd72", "#ef8d5b", "#d55f5c", "#a63d68", "#71296c", "#3b1a59"],
    noValue: "#cdd3d9",
  },
};
