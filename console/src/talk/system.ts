// What a system line says in the reader's language.

import type { Body } from "@wire/protocol"
import { lang, t } from "../parts/ui"
import type { Key } from "../text/words"
import { span } from "../time"

const closings: Record<string, Key> = { agent: "sys.closedAgent", visitor: "sys.closedVisitor", idle: "sys.closedIdle", gone: "sys.closedGone" }

export function systemText({ key, args = {}, text = "" }: Body): string {
  switch (key) {
    case "ticket.opened":
      return t("sys.opened")
    case "ticket.assigned":
      return t("sys.assigned", { agent: args["agent"] || t("say.someone") })
    case "ticket.joined":
      return t("sys.joined", { agent: args["agent"] || t("say.someone") })
    case "ticket.left":
      return t("sys.left", { agent: args["agent"] || t("say.someone") })
    case "ticket.transferred":
      return t("sys.transferred", { from: args["from"] || t("say.someone"), to: args["to"] || t("say.someone") })
    case "ticket.requeued":
      return t("sys.requeued")
    case "ticket.apology":
      return t("sys.apology", { text })
    case "ticket.overflowed":
      return t("sys.overflowed", { from: args["from"] || t("say.someone"), to: args["to"] || t("say.someone") })
    case "ticket.idle_warning":
      return t("sys.idleWarning", { text })
    case "ticket.closed":
      return t(closings[args["by"] ?? ""] ?? "sys.closed")
    case "group.made":
      return t("sys.groupMade", named(args))
    case "group.renamed":
      return t("sys.groupRenamed", named(args))
    case "group.added":
      return t("sys.groupAdded", named(args))
    case "group.removed":
      return t("sys.groupRemoved", named(args))
    case "group.left":
      return t("sys.groupLeft", named(args))
    case "group.admin":
      return t("sys.groupAdmin", named(args))
    case "group.member":
      return t("sys.groupMember", named(args))
    case "group.owner":
      return t("sys.groupOwner", named(args))
    case "group.dissolved":
      return t("sys.groupDissolved", named(args))
    case "group.joined":
      return t("sys.groupJoined", named(args))
    case "group.changed":
      return t("sys.groupChanged", named(args))
    case "group.notice":
      return t("sys.groupNotice", named(args))
    case "group.notice_off":
      return t("sys.groupNoticeOff", named(args))
    case "group.slow":
      return t("sys.groupSlow", { ...named(args), time: span(Number(args["seconds"] ?? 0) * 1000, lang.value) })
    case "group.slow_off":
      return t("sys.groupSlowOff", named(args))
    case "group.hushed":
      return t("sys.groupHushed", named(args))
    case "group.unhushed":
      return t("sys.groupUnhushed", named(args))
    case "group.muted":
      return t("sys.groupMuted", named(args))
    case "group.unmuted":
      return t("sys.groupUnmuted", named(args))
    case "message.pinned":
      return t("sys.messagePinned", named(args))
    case "friends.made":
      return t("sys.friendsMade")
    default:
      return text || t("sys.other")
  }
}

/** The names a line of a group is about: the first few, and how many they are. */
function named(args: Record<string, string>): Record<string, string> {
  const { by = "", people = "", name = "" } = args
  const count = Number(args["count"] ?? 1)
  const shown = people ? people.split(", ").length : 0
  const n = lang.value === "en" ? count - shown : count
  return { by: by || t("say.someone"), name, people: count > shown && shown > 0 ? t("sys.andMore", { people, n }) : people || t("say.someone") }
}
