// What only the messenger asks for: registration, oneself, contacts, the message box, groups.

import { answerOf, Fault } from "@wire/api"
import type { AskedProof, BindRequest, BoxPage, Device, Evidence, FaceFile, FoundPage, FoundPerson, Friend, FriendGroup, FriendRequest, GroupCategory, GroupChange, GroupEvidence, GroupLink, GroupPage, Header, Joining, Kept, KeptChange, KnownList, LinkList, LinkLook, MadeGroup, Myself, NewGroup, NewLink, NoticePage, Person, Privacy, Registration, ReportCategory, Reporting, Session, Start, SyncAnswer, SyncRequest } from "@wire/protocol"
import { ConsoleApi } from "./api"

export type { BoxItem, BoxPage, Card, ContactsChange, Device, Evidence, FoundGroup, FoundPerson as Found, Friend, FriendGroup, FriendRequest, Header, Kept, KeptChange, KnownPerson as Known, LinkList, LinkLook, Myself, Privacy, Start } from "@wire/protocol"

/** What one says one is; who is invisible is offline to others. */
export type Mood = Myself["presence"]
/** What others see of it. */
export type Seen = Friend["state"]
export type Profile = Pick<Myself, "number" | "signature" | "sex" | "birthday" | "country" | "province" | "city" | "district">
export type ProfileChange = Partial<Record<"name" | Exclude<keyof Profile, "number">, string>>
export type PrivacyChange = Partial<Privacy>
export type JoinRule = NonNullable<Header["join_rule"]>

/** What a list shows of a group. */
export type GroupLook = Pick<Header, "id" | "name" | "member_count" | "number" | "about" | "avatar">

export type PeopleQuery = { q: string; sex: FoundPerson["sex"]; age_from: number | undefined; age_to: number | undefined; province: string; city: string }

export class ImApi extends ConsoleApi {
  /** Hears what a sync or a bind answered, before it is taken. */
  onAnswer: (answer: SyncAnswer) => void = () => undefined

  override async bind(request: BindRequest): Promise<SyncAnswer> {
    return this.#heard(await super.bind(request))
  }

  override async sync(request: SyncRequest): Promise<SyncAnswer> {
    return this.#heard(await super.sync(request))
  }

  #heard(answer: SyncAnswer): SyncAnswer {
    this.onAnswer(answer)
    return answer
  }

  registration(): Promise<{ mode: "open" | "invite" | "closed" }> {
    return this.call("GET", "/api/im/registration")
  }

  /** What a registration has to bring. */
  askedProof(): Promise<AskedProof> {
    return this.call("GET", "/api/im/proof")
  }

  register(form: Registration): Promise<Session> {
    return this.call("POST", "/api/im/register", form)
  }

  /** Everything the page shows at sign-in, of one moment. */
  start(): Promise<Start> {
    return this.call("GET", "/api/im")
  }

  /** Keeps a conversation on top, quiet, hidden or marked as unread, on all one's devices. */
  keep(conversation: number, change: KeptChange): Promise<Kept> {
    return this.call("PATCH", `/api/im/conversations/${conversation}`, change)
  }

  /** The conversation with oneself. */
  saved(): Promise<Header> {
    return this.call("POST", "/api/im/saved")
  }

  changeMe(change: ProfileChange): Promise<Myself> {
    return this.call("PATCH", "/api/im/me", change)
  }

  /** A picture to show a person or a group by; the server makes a small square of it. */
  async uploadFace(face: Blob): Promise<FaceFile> {
    const form = new FormData()
    form.append("file", face, "face")
    const answer = await fetch(`${this.base}/api/faces`, { method: "POST", headers: this.headers(), body: form, credentials: "same-origin" }).catch(() => {
      throw new Fault(0, {})
    })
    return answerOf(answer.status, await answer.text())
  }

  /** Shows oneself by a face; 0: by one's initials. */
  showMe(face: number): Promise<Myself> {
    return this.call("PUT", "/api/im/me/avatar", { face })
  }

  showGroup(group: number, face: number): Promise<Header> {
    return this.call("PUT", `/api/im/groups/${group}/avatar`, { face })
  }

  mood(state: Mood): Promise<Myself> {
    return this.call("PUT", "/api/im/presence", { state })
  }

  changePrivacy(change: PrivacyChange): Promise<Privacy> {
    return this.call("PATCH", "/api/im/privacy", change)
  }

  changePassword(old: string, password: string): Promise<void> {
    return this.call("PUT", "/api/im/password", { old, password })
  }

  async devices(): Promise<Device[]> {
    return (await this.call<{ devices: Device[] }>("GET", "/api/im/devices")).devices
  }

  endDevice(device: string): Promise<void> {
    return this.call("DELETE", `/api/im/devices/${device}`)
  }

  endOthers(): Promise<void> {
    return this.call("DELETE", "/api/im/devices")
  }

  /** Whom one may know by one's friends. */
  knownPeople(): Promise<KnownList> {
    return this.call("GET", "/api/im/people/known")
  }

  findPeople(query: PeopleQuery, before: number): Promise<FoundPage> {
    const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "" && value !== undefined))
    return this.call("GET", "/api/im/people", undefined, { ...asked, before: before || undefined })
  }

  person(id: number): Promise<FoundPerson> {
    return this.call("GET", `/api/im/people/${id}`)
  }

  changeFriend(person: number, change: { remark?: string; group_id?: number }): Promise<Friend> {
    return this.call("PATCH", `/api/im/friends/${person}`, change)
  }

  /** Takes somebody off one's list, with `both` oneself off his. */
  removeFriend(person: number, both: boolean): Promise<void> {
    return this.call("DELETE", `/api/im/friends/${person}`, undefined, { both: both ? "true" : undefined })
  }

  /** Asks to be friends; friends at once are they where the other one never parted. */
  request(request: { person: number; group_id: number; note: string }): Promise<FriendRequest> {
    return this.call("POST", "/api/im/requests", request)
  }

  agree(request: number, group: number): Promise<FriendRequest> {
    return this.call("POST", `/api/im/requests/${request}/agree`, { group_id: group })
  }

  refuse(request: number, reason: string): Promise<FriendRequest> {
    return this.call("POST", `/api/im/requests/${request}/refuse`, { reason })
  }

  box(before?: number): Promise<BoxPage> {
    return this.call("GET", "/api/im/box", undefined, { before })
  }

  /** Seen up to an entry, on all devices. */
  readBox(upTo: number): Promise<void> {
    return this.call("POST", "/api/im/box/read", { up_to: upTo })
  }

  addFriendGroup(name: string): Promise<FriendGroup> {
    return this.call("POST", "/api/im/friend-groups", { name })
  }

  renameFriendGroup(group: number, name: string): Promise<void> {
    return this.call("PATCH", `/api/im/friend-groups/${group}`, { name })
  }

  dropFriendGroup(group: number): Promise<void> {
    return this.call("DELETE", `/api/im/friend-groups/${group}`)
  }

  sortFriendGroups(order: number[]): Promise<void> {
    return this.call("PUT", "/api/im/friend-groups", { order })
  }

  async blocked(): Promise<Person[]> {
    return (await this.call<{ people: Person[] }>("GET", "/api/im/blocked")).people
  }

  blockPerson(person: number): Promise<void> {
    return this.call("PUT", `/api/im/blocked/${person}`)
  }

  unblockPerson(person: number): Promise<void> {
    return this.call("DELETE", `/api/im/blocked/${person}`)
  }

  /** What would be kept with a report of a message. */
  async evidence(conversation: number, seq: number): Promise<Evidence[]> {
    return (await this.call<{ evidence: Evidence[] }>("GET", "/api/im/evidence", undefined, { conversation, seq })).evidence
  }

  /** What would be kept with a report about a group. */
  groupEvidence(group: number): Promise<GroupEvidence> {
    return this.call("GET", `/api/im/groups/${group}/evidence`)
  }

  async reportCategories(): Promise<ReportCategory[]> {
    return (await this.call<{ categories: ReportCategory[] }>("GET", "/api/im/report-categories")).categories
  }

  report(report: Reporting): Promise<{ id: number }> {
    return this.call("POST", "/api/im/reports", report)
  }

  /** The group, or the request where somebody has to approve it. */
  foundGroup(group: NewGroup): Promise<MadeGroup> {
    return this.call("POST", "/api/im/groups", group)
  }

  /** What groups may be about, with how many are found in each. */
  async categories(): Promise<GroupCategory[]> {
    return (await this.call<{ categories: GroupCategory[] }>("GET", "/api/im/categories")).categories
  }

  findGroups(q: string, category: number, before: number): Promise<GroupPage> {
    return this.call("GET", "/api/im/groups", undefined, { q: q || undefined, category: category || undefined, before: before || undefined })
  }

  /** Comes into an open group, or asks to. */
  joinGroup(group: number, note: string): Promise<Joining> {
    return this.call("POST", `/api/im/groups/${group}/join`, { note })
  }

  /** Brings friends into a group of members. */
  override addMembers(group: number, people: number[]): Promise<Header> {
    return this.call("POST", `/api/im/groups/${group}/members`, { people })
  }

  changeGroup(group: number, change: GroupChange): Promise<Header> {
    return this.call("PATCH", `/api/chat/groups/${group}`, change)
  }

  /** Keeps a member from sending for some minutes; 0: no more. */
  muteMember(group: number, person: number, minutes: number): Promise<Header> {
    return this.call("PUT", `/api/chat/groups/${group}/members/${person}/mute`, { minutes })
  }

  /** Says that one has read what a group announces, or puts it aside, on all one's devices. */
  confirmNotice(group: number, version: number): Promise<Kept> {
    return this.call("POST", `/api/im/groups/${group}/notice/confirm`, { version })
  }

  /** Who has confirmed what a group announces, or who has not. */
  noticeReaders(group: number, confirmed: boolean, after: number): Promise<NoticePage> {
    return this.call("GET", `/api/im/groups/${group}/notice/readers`, undefined, { confirmed: String(confirmed), after: after || undefined })
  }

  /** Makes a link into a group, which is told once. */
  makeLink(group: number, link: NewLink): Promise<GroupLink> {
    return this.call("POST", `/api/im/groups/${group}/links`, link)
  }

  groupLinks(group: number): Promise<LinkList> {
    return this.call("GET", `/api/im/groups/${group}/links`)
  }

  endLink(group: number, link: number): Promise<void> {
    return this.call("DELETE", `/api/im/groups/${group}/links/${link}`)
  }

  /** Where a link leads. */
  lookAtLink(token: string): Promise<LinkLook> {
    return this.call("GET", `/api/im/links/${token}`)
  }

  /** Comes into a group by a link, or applies, as the link wants. */
  joinByLink(token: string, note: string): Promise<Joining> {
    return this.call("POST", "/api/im/groups/by-link", { token, note })
  }
}
