import "maplibre-gl/dist/maplibre-gl.css";
import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import HotSpots from "./HotSpots.svelte";

const target = document.getElementById("app");
if (target) mount(HotSpots, { target });
