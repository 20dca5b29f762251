// How a conversation between colleagues shows itself.

import type { Person } from "@wire/protocol"
import type { Room } from "../state/rooms"

/** faceOf is the other one, or the picture of the group, or a face made of its name. */
export function faceOf(room: Room): Person {
  return room.person ?? { id: room.id, kind: "member", name: room.name, avatar: room.avatar }
}

/** faceOfGroup is the picture of a group, or a face made of its name. */
export function faceOfGroup(group: { id: number; name?: string; avatar?: string }): Person {
  return { id: group.id, kind: "member", name: group.name ?? "", avatar: group.avatar ?? "" }
}
