import { expect, test } from "vitest"
import { above, addressOf, at, placeOf } from "../src/state/place"

test("every place is found again by its address", () => {
  for (const place of [at("chats"), at("chats", "chat", 42), at("chats", "chat", 42, "details"), at("contacts", "box"), at("contacts", "person", 7), at("find", "people"), at("me", "devices")]) expect(placeOf(addressOf(place))).toEqual(place)
})

test("an address that names nothing leads to the list", () => {
  for (const hash of ["", "#", "#/", "#/nowhere", "#/chats/chat", "#/chats/chat/0", "#/chats/chat/1e400", "#/chats/chat/-3", "#/chats/devices"]) expect(placeOf(hash), hash).toEqual(at("chats"))
  expect(placeOf("#/contacts/person/x")).toEqual(at("contacts"))
  expect(placeOf("#/chats/chat/42/elsewhere")).toEqual(at("chats", "chat", 42))
})

test("back goes from a panel to what it belongs to, and from there to the list", () => {
  expect(above(at("chats", "chat", 42, "details"))).toEqual(at("chats", "chat", 42))
  expect(above(at("chats", "chat", 42))).toEqual(at("chats"))
  expect(above(at("me", "profile"))).toEqual(at("me"))
  expect(above(at("find"))).toBeUndefined()
})
