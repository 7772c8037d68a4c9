import "../design/tokens.css";
import "../design/base.css";
import "./patrol.css";

import { mount } from "svelte";

import Patrol from "./Patrol.svelte";
import { register } from "./worker/register";

const target = document.getElementById("app");
if (target) mount(Patrol, { target });
register();
