/** Keeps one string for a site across reloads; where storage is refused, until the page goes. */
export class Keep {
  readonly #key: string
  #value: string | undefined

  constructor(key: string) {
    this.#key = key
  }

  get(): string | undefined {
    try {
      return localStorage.getItem(this.#key) ?? this.#value
    } catch {
      return this.#value
    }
  }

  set(value: string | undefined): void {
    this.#value = value
    try {
      if (value === undefined) localStorage.removeItem(this.#key)
      else localStorage.setItem(this.#key, value)
    } catch {
      // refused: the value above has to do
    }
  }
}
