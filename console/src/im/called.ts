// What people are called here: by the name one gave a friend oneself, else by their own.

import type { Person } from "@wire/protocol"
import type { Dot } from "../parts/Face.vue"
import { nameOf } from "../parts/faces"
import { lang, now, t } from "../parts/ui"
import type { Friend, Seen } from "../state/imapi"
import type { Room } from "../state/rooms"
import { seenWhen } from "../time"
import { useStage } from "./stage"

export function useCalled(): (person: Pick<Person, "id" | "name">) => string {
  const { contacts } = useStage().messenger
  return (person) => contacts.friend(person.id)?.remark || nameOf(person, lang.value)
}

/** What a conversation is called here. */
export function useNamed(): (room: Pick<Room, "saved" | "person" | "name">) => string {
  const called = useCalled()
  return (room) => (room.saved ? t("im.savedTitle") : room.person ? called(room.person) : room.name)
}

/** The dot at a face: none for who is not there. */
export function dotOf(state: Seen): Dot | undefined {
  if (state === "online") return "on"
  return state === "offline" ? undefined : state
}

export function stateText(state: Seen): string {
  return t(`im.state.${state}`)
}

/** How a friend is; of one who is away when he was last there, if he shows it. */
export function friendText({ state, last_seen }: Pick<Friend, "state" | "last_seen">): string {
  return state === "offline" && last_seen ? lastSeenText(last_seen) : stateText(state)
}

/** When somebody was last there: of today and yesterday to the minute, of earlier roughly. */
export function lastSeenText(at: string): string {
  const { when, time } = seenWhen(at, now.value, lang.value)
  return t(`im.seen.${when}`, { time })
}
