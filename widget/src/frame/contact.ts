import { type Contact as Given, Fault } from "../wire"

export type Flaw = "need" | "email" | "phone"

/** The visitor's address for an answer while nobody is there: asking, sending, saved. */
export class Contact {
  name = ""
  email = ""
  phone = ""
  state: "asking" | "sending" | "saved"
  /** What is wrong with what was typed. */
  flaw: Flaw | undefined
  /** Why it was not taken, in the server's words. */
  problem: string | undefined
  readonly #leave: (contact: Partial<Given>) => Promise<void>

  constructor(saved: boolean, leave: (contact: Partial<Given>) => Promise<void>) {
    this.state = saved ? "saved" : "asking"
    this.#leave = leave
  }

  change(): void {
    this.state = "asking"
  }

  async send(): Promise<void> {
    if (this.state !== "asking") return
    const typed = Object.entries({ name: this.name.trim(), email: this.email.trim(), phone: this.phone.trim() })
    const given: Partial<Given> = Object.fromEntries(typed.filter(([, value]) => value !== ""))
    this.problem = undefined
    this.flaw = flawOf(given)
    if (this.flaw) return
    this.state = "sending"
    try {
      await this.#leave(given)
      this.state = "saved"
    } catch (error) {
      this.state = "asking"
      this.problem = error instanceof Fault ? Object.values(error.fields)[0] ?? error.message : ""
    }
  }
}

/** Only what cannot be right is refused here; the server looks closer. */
function flawOf({ email, phone }: Partial<Given>): Flaw | undefined {
  if (!email && !phone) return "need"
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)) return "email"
  if (phone && (/[^\d\s()+./-]/.test(phone) || phone.replace(/\D/g, "").length < 5)) return "phone"
  return undefined
}
