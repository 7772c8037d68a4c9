import "../design/tokens.css";
import "../design/base.css";

import { mount } from "svelte";

import Accounts from "./Accounts.svelte";

const target = document.getElementById("app");
if (target) mount(Accounts, { target });
