// The messenger's page: sign-in or registration, then sessions, contacts, discovery and oneself, on a desk or a phone.

import { createApp } from "vue"
import "../look/console.css"
import { begin } from "../parts/ui"
import ImApp from "./ImApp.vue"

begin()
createApp(ImApp).mount("#app")
