// What groups may be about, for the views that show it: read anew each time one opens.

import type { GroupCategory } from "@wire/protocol"
import { onMounted, shallowRef, type ShallowRef } from "vue"
import { lang } from "../parts/ui"
import { nameIn } from "../state/catalog"
import { useStage } from "./stage"

export type Categories = { list: ShallowRef<GroupCategory[]>; nameOf: (category: number | undefined) => string; read: () => Promise<void> }

export function useCategories(): Categories {
  const { api } = useStage()
  const list = shallowRef<GroupCategory[]>([])
  const read = async (): Promise<void> => {
    list.value = await api.categories().catch(() => list.value)
  }
  onMounted(read)
  return {
    list,
    read,
    /** Empty for a group in none, or in one that is no more. */
    nameOf(category) {
      const found = list.value.find((one) => one.id === category)
      return found ? nameIn(found, lang.value) : ""
    },
  }
}
