import "maplibre-gl/dist/maplibre-gl.css";
import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import Analysis from "./Analysis.svelte";

const target = document.getElementById("app");
if (target) mount(Analysis, { target });
