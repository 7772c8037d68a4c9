import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import Registers from "./Registers.svelte";

const target = document.getElementById("app");
if (target) mount(Registers, { target });
