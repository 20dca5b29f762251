// What a system line says in the reader's language.

import type { Body } from "@wire/protocol"
import { t } from "../parts/ui"

export function systemText({ key, args = {}, text }: Body): string {
  switch (key) {
    case "ticket.opened":
      return t("sys.opened")
    case "ticket.assigned":
      return t("sys.assigned", { agent: args["agent"] || t("say.someone") })
    case "ticket.transferred":
      return t("sys.transferred", { from: args["from"] || t("say.someone"), to: args["to"] || t("say.someone") })
    case "ticket.requeued":
      return t("sys.requeued")
    case "ticket.closed":
      return t(args["by"] === "agent" ? "sys.closedAgent" : args["by"] === "visitor" ? "sys.closedVisitor" : "sys.closed")
    default:
      return text || t("sys.other")
  }
}
