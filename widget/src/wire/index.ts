// The protocol client: everything a page needs to speak with the server, without a DOM. Widget and console use the same.
//
// An Api makes the requests and turns every refusal into a Fault. A Client keeps one person's conversations equal to
// the server's: its Socket receives pushes, its Timelines put them in version order, its Outbox sends and re-sends.
// Views read `client.conversations`, `client.rows(id)` and `client.people`, listen with `client.on(...)`, and act with
// `client.send`, `client.sendFile`, `client.recall`, `client.older`, `client.display` and `client.typing`. A file is
// shown through `client.links.get(file_id)`; while it is on its way `client.outbox.upload(id)` tells how far it got.
// The server's order decides, never the clock.

export * from "./protocol"
export { Api, Fault, type ApiOptions, type Lang } from "./api"
export { VisitorApi } from "./api_visitor"
export { MemberApi } from "./api_member"
export { type Chosen, Client, type ClientEvents, type ClientOptions, recallWithin } from "./client"
export { type Clock, backoff, realClock } from "./clock"
export { Emitter } from "./emitter"
export { Links } from "./links"
export { fit, sizeWords } from "./media"
export { Outbox, type Extras, type Item, type Locks, type OutboxOptions } from "./outbox"
export { Socket, type SocketOptions, type SocketState, type WebSocketLike } from "./socket"
export { MemoryStore, type Store, openStore } from "./store"
export { Timeline, type Change, type Mark, type Row } from "./timeline"
export { type Carry, type Parcel, Upload, carryTo } from "./upload"
