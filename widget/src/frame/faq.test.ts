import { describe, expect, it } from "vitest"
import type { Message } from "../wire"
import { Faq } from "./faq"

type Call = { method: string; path: string; body: unknown }

function begun(answers: (() => unknown)[]) {
  const calls: Call[] = []
  const api = {
    call: async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      calls.push({ method, path, body })
      return answers.shift()!() as T
    },
  }
  let n = 0
  return { faq: new Faq(api, () => `click-${++n}`), calls }
}

const lost = () => {
  throw new Error("lost")
}

describe("the questions a site answers at once", () => {
  it("asks again under the same id when the answer was lost, and under another one for another question", async () => {
    const { faq, calls } = begun([() => ({ questions: [{ id: 1, question: "Where?" }, { id: 2, question: "When?" }] }), lost, () => ({}), () => ({})])
    await faq.load()
    await faq.ask(1)
    expect(faq.problem).toBe("")
    expect(faq.questions).toHaveLength(2)
    await faq.ask(1)
    expect(faq.problem).toBeUndefined()
    expect(faq.questions.map(({ id }) => id)).toEqual([2])
    await faq.ask(2)
    expect(calls.slice(1).map(({ body }) => (body as { client_msg_id: string }).client_msg_id)).toEqual(["click-1", "click-1", "click-2"])
  })

  it("asks one question at a time", async () => {
    const { faq, calls } = begun([() => ({}), () => ({})])
    await Promise.all([faq.ask(1), faq.ask(1), faq.ask(2)])
    expect(calls).toHaveLength(1)
  })

  it("forgets a mark that did not arrive", async () => {
    const answer = { id: 9, body: { entry_id: 1, bot: true } } as Message
    const { faq } = begun([() => undefined, lost])
    await faq.mark(answer, true)
    await faq.mark(answer, false)
    expect(faq.marks.get(9)).toBe(true)
  })
})
