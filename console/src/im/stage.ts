// What every view of the messenger is given: its state, where one is, and how to go elsewhere.

import { inject, type ComputedRef, type InjectionKey } from "vue"
import type { ImApi } from "../state/imapi"
import type { Messenger } from "../state/im"
import type { Place } from "../state/place"

export type Stage = {
  messenger: Messenger
  api: ImApi
  place: ComputedRef<Place>
  go: (to: Place, instead?: boolean) => void
  back: () => void
  /** Opens a conversation that is here. */
  chat: (id: number) => void
  /** Opens a conversation at one of its messages. */
  jump: (id: number, seq: number) => Promise<void>
  /** Opens the one conversation with somebody. */
  write: (person: number) => Promise<void>
  /** Opens what one keeps for oneself. */
  saved: () => Promise<void>
}

export const stageKey: InjectionKey<Stage> = Symbol("stage")

export function useStage(): Stage {
  const stage = inject(stageKey)
  if (!stage) throw new Error("a view of the messenger stands outside of its page")
  return stage
}
