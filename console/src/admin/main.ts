// The back office: set-up, then the site and its agents.

import { createApp } from "vue"
import "../look/console.css"
import "./office.css"
import { begin } from "../parts/ui"
import AdminApp from "./AdminApp.vue"

begin()
createApp(AdminApp).mount("#app")
