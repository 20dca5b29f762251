// What only the back office asks about the messenger: groups, reports, and who may sign in.

import type { CategoryNames, GroupCategory, GroupChange, Judgement, MemberPage, OfficeCounts, OfficeGroup, OfficeGroups, Report, ReportCategory, ReportPage, WaitingPage } from "@wire/protocol"
import { ConsoleApi } from "./api"

type Verb = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

export class HouseApi extends ConsoleApi {
  waiting(): Promise<OfficeCounts> {
    return this.call("GET", "/api/admin/waiting")
  }

  /** Groups that wait for approval, the oldest first. */
  waitingGroups(q: string, after: number): Promise<WaitingPage> {
    return this.call("GET", "/api/admin/groups/requests", undefined, { q: q || undefined, after: after || undefined })
  }

  answerGroup(request: number, approve: boolean, reason: string): Promise<void> {
    return this.call("POST", `/api/admin/groups/requests/${request}`, { approve, reason })
  }

  groups(q: string, state: "living" | "dissolved", before: number): Promise<OfficeGroups> {
    return this.call("GET", "/api/admin/groups", undefined, { q: q || undefined, state, before: before || undefined })
  }

  group(id: number): Promise<OfficeGroup> {
    return this.call("GET", `/api/admin/groups/${id}`)
  }

  editGroup(id: number, change: GroupChange & { reason: string }): Promise<OfficeGroup> {
    return this.call("PATCH", `/api/admin/groups/${id}`, change)
  }

  closeGroup(id: number, reason: string): Promise<void> {
    return this.call("POST", `/api/admin/groups/${id}/dissolve`, { reason })
  }

  insiders(group: number, after: number): Promise<MemberPage> {
    return this.call("GET", `/api/admin/groups/${group}/members`, undefined, { after: after || undefined })
  }

  /** 0 minutes let him write again. */
  muteInsider(group: number, person: number, minutes: number, reason: string): Promise<void> {
    return this.call("PUT", `/api/admin/groups/${group}/members/${person}/mute`, { minutes, reason })
  }

  putOut(group: number, person: number, reason: string): Promise<void> {
    return this.call("POST", `/api/admin/groups/${group}/members/${person}/remove`, { reason })
  }

  /** What groups may be about. Each change answers the whole list. */
  addCategory(names: CategoryNames): Promise<GroupCategory[]> {
    return this.#categories("POST", "/api/admin/categories", names)
  }

  renameCategory(id: number, names: CategoryNames): Promise<GroupCategory[]> {
    return this.#categories("PATCH", `/api/admin/categories/${id}`, names)
  }

  sortCategories(order: number[]): Promise<GroupCategory[]> {
    return this.#categories("PUT", "/api/admin/categories", { order })
  }

  /** Its groups are in none then. */
  dropCategory(id: number): Promise<GroupCategory[]> {
    return this.#categories("DELETE", `/api/admin/categories/${id}`)
  }

  categories(): Promise<GroupCategory[]> {
    return this.#categories("GET", "/api/im/categories")
  }

  async #categories(method: Verb, path: string, body?: unknown): Promise<GroupCategory[]> {
    return (await this.call<{ categories: GroupCategory[] }>(method, path, body)).categories
  }

  /** What reports may be about, with what is hidden. Each change answers the whole list. */
  reportCategories(): Promise<ReportCategory[]> {
    return this.#reportCategories("GET", "")
  }

  addReportCategory(names: CategoryNames): Promise<ReportCategory[]> {
    return this.#reportCategories("POST", "", names)
  }

  changeReportCategory(id: number, change: Partial<CategoryNames> & { hidden?: boolean }): Promise<ReportCategory[]> {
    return this.#reportCategories("PATCH", `/${id}`, change)
  }

  sortReportCategories(order: number[]): Promise<ReportCategory[]> {
    return this.#reportCategories("PUT", "", { order })
  }

  async #reportCategories(method: Verb, rest: string, body?: unknown): Promise<ReportCategory[]> {
    return (await this.call<{ categories: ReportCategory[] }>(method, `/api/admin/report-categories${rest}`, body)).categories
  }

  reports(state: Report["state"], before: number): Promise<ReportPage> {
    return this.call("GET", "/api/admin/reports", undefined, { state, before: before || undefined })
  }

  judge(report: number, judgement: Judgement): Promise<Report> {
    return this.call("PATCH", `/api/admin/reports/${report}`, judgement)
  }

  disableMember(person: number, disabled: boolean): Promise<void> {
    return this.call("PATCH", `/api/admin/members/${person}`, { disabled })
  }
}
