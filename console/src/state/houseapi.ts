// What only the back office asks about the messenger: groups, reports, and who may sign in.

import type { GroupChange, Judgement, MemberPage, OfficeCounts, OfficeGroup, OfficeGroups, Report, ReportPage, WaitingPage } from "@wire/protocol"
import { ConsoleApi } from "./api"

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
