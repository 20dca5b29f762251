// The agents' page: sign-in, then the inbox. State lives in src/state (no DOM), views here only show it.

import { createApp } from "vue"
import "../look/console.css"
import { begin } from "../parts/ui"
import AgentApp from "./AgentApp.vue"

begin()
createApp(AgentApp).mount("#app")
