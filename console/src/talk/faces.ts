// How a conversation between colleagues shows itself.

import type { Person } from "@wire/protocol"
import type { Room } from "../state/rooms"

/** faceOf is the other one, or a face made of the group's name. */
export function faceOf(room: Room): Person {
  return room.person ?? { id: room.id, kind: "member", name: room.name, avatar: "" }
}
