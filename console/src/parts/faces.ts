// Who somebody is on the screen: the name to show and the letters in place of a picture.

import { initials as lettersOf } from "@widget/face"
import type { Person, Ticket } from "@wire/protocol"
import { say, type Lang } from "../text/words"

/** nameOf shows what a person is called; visitors who gave no name get the end of their id. */
export function nameOf(person: Pick<Person, "id" | "name">, lang: Lang): string {
  return person.name.trim() || say(lang, "talk.visitor", { digits: String(person.id).slice(-4) })
}

/** visitorOf is the visitor by the name he gave, at the door or with his contact. */
export function visitorOf({ visitor, contact }: Pick<Ticket, "visitor" | "contact">): Person {
  return visitor.name.trim() ? visitor : { ...visitor, name: contact.name }
}

/** initials are the letters of a name, or the end of the id where there is none. */
export function initials(person: Pick<Person, "id" | "name">): string {
  return lettersOf(person.name) || String(person.id).slice(-2)
}
