import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import Me from "./Me.svelte";

const target = document.getElementById("app");
if (target) mount(Me, { target });
