import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import Page from "./Portrait.svelte";

const target = document.getElementById("app");
if (target) mount(Page, { target });
