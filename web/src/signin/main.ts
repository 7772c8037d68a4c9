import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import SignIn from "./SignIn.svelte";

const target = document.getElementById("app");
if (target) mount(SignIn, { target });
