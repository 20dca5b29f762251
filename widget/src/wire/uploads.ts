import { Fault } from "./api"
import { type Clock, backoff } from "./clock"
import type { Locks } from "./outbox"
import type { File as Stored } from "./protocol"
import type { Store } from "./store"
import { type Carry, Upload } from "./upload"

export type UploadsOptions = {
  /** Names the locks: a file is brought by one tab at a time. */
  name: string
  store: Store
  clock: Clock
  carry: Carry
  random: () => number
  locks: Locks | undefined
  /** Whether it still has to be brought; another tab may have done it. */
  needed: (id: string) => Promise<boolean>
  onDone: (id: string, file: Stored) => void
  /** Refused for good. */
  onRefused: (id: string, fault: Fault) => void
  /** The file is not here any more and has to be chosen again. */
  onLost: (id: string) => void
  onSignedOut: () => void
  onChange: (id: string) => void
}

/** What is larger is not kept over a reload: it has to be chosen again. */
export const keepMost = 10 * 1024 * 1024

/** A way that breaks this often while bytes are leaving is given up: a server that hangs up early looks like that. */
const breaksMost = 6
const steps = { first: 1_000, most: 15_000 }

type Work = { upload: Upload | undefined; hurry: () => void; stopped: boolean }

/** The outbox's files on their way: each is tried until it is there, refused or thrown away. */
export class Uploads {
  readonly #o: UploadsOptions
  #files = new Map<string, Blob>()
  #work = new Map<string, Work>()

  constructor(options: UploadsOptions) {
    this.#o = options
  }

  /** Takes a file in; kept in the store too where it is small enough and the browser lets it. */
  take(id: string, blob: Blob): void {
    this.#files.set(id, blob)
    if (blob.size <= keepMost) void this.#o.store.putFile(id, blob).catch(() => undefined)
  }

  /** The file itself, if this page has seen it. */
  file(id: string): Blob | undefined {
    return this.#files.get(id)
  }

  /** The try that is being made, for its progress. */
  current(id: string): Upload | undefined {
    return this.#work.get(id)?.upload
  }

  /** Begins to bring it, unless that is going on. */
  start(id: string, name: string): void {
    if (this.#work.has(id)) return
    const work: Work = { upload: undefined, hurry: () => undefined, stopped: false }
    this.#work.set(id, work)
    const run = () => this.#bring(id, name, work)
    const lock = this.#o.locks?.request(`${this.#o.name}-${id}`, run).catch(run) ?? run()
    void lock.finally(() => this.#work.get(id) === work && this.#work.delete(id))
  }

  /** It is there, or nobody wants it any more. */
  forget(id: string): void {
    this.#stop(id)
    this.#files.delete(id)
  }

  /** The connection is back: nobody pauses any longer. */
  kick(): void {
    for (const work of this.#work.values()) work.hurry()
  }

  close(): void {
    for (const id of [...this.#work.keys()]) this.#stop(id)
  }

  #stop(id: string): void {
    const work = this.#work.get(id)
    if (!work) return
    work.stopped = true
    work.upload?.cancel()
    work.hurry()
    this.#work.delete(id)
  }

  async #bring(id: string, name: string, work: Work): Promise<void> {
    for (let attempt = 0, breaks = 0; !work.stopped; attempt++) {
      if (!(await this.#o.needed(id)) || work.stopped) return
      const blob = this.#files.get(id) ?? (await this.#o.store.file(id).catch(() => undefined))
      if (!blob) return this.#o.onLost(id)
      this.#files.set(id, blob)
      work.upload = new Upload(blob, name, this.#o.carry, () => this.#o.onChange(id), this.#o.clock)
      try {
        const file = await work.upload.run()
        return work.stopped ? undefined : this.#o.onDone(id, file)
      } catch (error) {
        const fault = error as Fault
        if (work.stopped) return
        if (fault.status === 401) return this.#o.onSignedOut()
        if (fault.status === 0 && work.upload.sent > 0) breaks++
        if (fault.retry === "never" || breaks >= breaksMost) return this.#o.onRefused(id, fault)
        await this.#pause(work, Math.max(fault.retryAfter, backoff(attempt, this.#o.random, steps.first, steps.most)))
      }
    }
  }

  #pause(work: Work, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#o.clock.after(ms, resolve)
      work.hurry = () => {
        cancel()
        resolve()
      }
    })
  }
}
